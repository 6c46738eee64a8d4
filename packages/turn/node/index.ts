/** @parlour/turn: a STUN and TURN server for Node, closed by default. */
export {
  type DropReason,
  defaultLimits,
  type EndReason,
  insideAddress,
  type LabConditions,
  labId,
  looksLikeStun,
  type Rate,
  type Transport,
  type TurnLimits,
} from "../core/index.ts";

import { formatHost, servicePlace } from "../core/index.ts";

/** Where allocations reach the server's `service`. */
export const serviceAddress = { address: formatHost(servicePlace.bytes), port: servicePlace.port } as const;
export { makeCredentials, type TurnCredentials } from "./credentials.ts";
export type { Listener, ListenOptions, ListenTlsOptions, SecureListener } from "./listeners.ts";
export { TurnOptionError, type TurnServerOptions } from "./options.ts";
export { createTurnServer, type TurnServer, type TurnStatistics } from "./server.ts";
export type { UdpPath } from "./threads/choose.ts";
