/** The STUN and TURN server without sockets, clock or chance: packets and the time in, effects out. */
export * from "./address.ts";
export { passwordOf } from "./auth/credentials.ts";
export { type LabConditions, labId } from "./lab/conditions.ts";
export { defaultLimits, type Rate, type TurnLimits } from "./limits.ts";
export { makePeerPolicy, type PeerPolicy } from "./peers/policy.ts";
export { parseRange } from "./peers/range.ts";
export type { Primitives } from "./primitives.ts";
export {
  type Allocation,
  type EndReason,
  type Path,
  type Place,
  place,
  type Transport,
} from "./relay/allocation.ts";
export { type Commons, ownCommons, type QuotaReached } from "./relay/commons.ts";
export type { Effect } from "./relay/effects.ts";
export { looksLikeStun, Relay } from "./relay/relay.ts";
export { type DropReason, newStatistics, type Statistics } from "./relay/statistics.ts";
export { insideAddress, type RelayMode, type RelayOptions, servicePlace } from "./relay/world.ts";
export {
  type Attribute,
  attributeOf,
  decodeMessage,
  hasIntegrity,
  readXorAddress,
  type StunMessage,
} from "./stun/decode.ts";
export { MessageWriter } from "./stun/encode.ts";
export { cutFrames } from "./stun/framing.ts";
export { attributes, type ErrorCode, iceAttributes, methods, reasons } from "./stun/registry.ts";
