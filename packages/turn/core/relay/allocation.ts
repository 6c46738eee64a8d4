import { type Endpoint, type EndpointKey, endpointKey, type HostKey, hostKey } from "../address.ts";
import type { Budget } from "../budget.ts";
import type { LabConditions, LabLine } from "../lab/conditions.ts";

export type Transport = "udp" | "tcp" | "tls";

/**
 * Where a client is: its 5-tuple (RFC 8656, section 3). Whoever owns the sockets makes one, hands it in with each packet, and keeps it
 * between `hold` and `release`.
 */
export interface Path {
  readonly transport: Transport;
  readonly client: Endpoint;
  /** Set by the relay alone. */
  allocation: Allocation | undefined;
}

/** An endpoint with the keys that maps know it by. */
export interface Place extends Endpoint {
  readonly host: HostKey;
  readonly key: EndpointKey;
}

export function place(endpoint: Endpoint): Place {
  const host = hostKey(endpoint.bytes);
  return { ...endpoint, host, key: endpointKey(host, endpoint.port) };
}

/** A number that stands for a peer, in both directions. */
export interface Channel {
  readonly number: number;
  readonly peer: Place;
  /** ms */
  expiresAt: number;
}

/** Why an allocation ended: given back, not refreshed, its connection closed, taken away by the program, the server goes, no port. */
export type EndReason = "released" | "expired" | "closed" | "dropped" | "shutdown" | "no-port";

/**
 * A client's relayed address and whom it may talk to.
 *
 *   Allocate ─ closed mode ────────────────────────► live ─ any reason ─► ended
 *   Allocate ─ open mode ──► opening ─ port bound ─► live
 *                               └───── no port, connection closed ─────► ended
 *
 * There is no way back from `ended`: a new Allocate makes a new allocation. `allocations.ts` is the one door for each of these steps.
 */
export interface Allocation {
  state: "opening" | "live" | "ended";
  readonly path: Path;
  readonly username: string;
  /** Who it counts for. */
  readonly user: string;
  /** Of MESSAGE-INTEGRITY. */
  readonly key: Uint8Array;
  /** Of the Allocate that made it: the same request again gets the same answer. */
  readonly transactionId: Uint8Array;
  /** Another port, when the first ones were taken by others. */
  relayed: Place;
  /** ms */
  expiresAt: number;
  /** Until when packets from and to a host pass, ms. */
  readonly permissions: Map<HostKey, number>;
  readonly channels: Map<number, Channel>;
  readonly channelsByPeer: Map<EndpointKey, Channel>;
  readonly bytes: Budget;
  /** It has sent something to the service. */
  usesService: boolean;
  readonly lab: LabState | undefined;
}

export interface LabState {
  readonly conditions: LabConditions;
  readonly up: LabLine;
  readonly down: LabLine;
}

export function hasPermission(allocation: Allocation, host: HostKey, now: number): boolean {
  const until = allocation.permissions.get(host);
  return until !== undefined && until > now;
}

/** Whether packets pass now. */
export function isLive(allocation: Allocation, now: number): boolean {
  return allocation.state === "live" && allocation.expiresAt > now;
}
