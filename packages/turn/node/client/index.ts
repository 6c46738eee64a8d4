/** A client for STUN and TURN over UDP, TCP and TLS, for checks and tests. */
export { formatHost } from "../../core/index.ts";
export { type RelayedData, TurnClient, TurnClientError, type TurnClientOptions } from "./client.ts";
export type { WireTransport } from "./wire.ts";
