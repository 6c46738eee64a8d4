import type { ErrorCode } from "../stun/registry.ts";
import type { EndReason, Transport } from "./allocation.ts";

/** Why relayed data went nowhere; `crowded`: another thread of the server did not keep up. */
export type DropReason =
  | "no-allocation"
  | "no-channel"
  | "no-permission"
  | "denied"
  | "no-peer"
  | "peer-permission"
  | "rate"
  | "lab"
  | "crowded"
  | "malformed";

/** Counted since the start; allocations and sources as they are now. */
export interface Statistics {
  allocations: number;
  readonly allocationsBy: Record<Transport, number>;
  allocationsMade: number;
  readonly allocationsEnded: Record<EndReason, number>;
  /** Packets of data that came from clients or peers and went on. */
  relayedPackets: number;
  relayedBytes: number;
  readonly droppedPackets: Record<DropReason, number>;
  /** Error responses by code. */
  readonly refusals: Partial<Record<ErrorCode, number>>;
  /** Replies that were owed to unproven sources but not given. */
  withheldReplies: number;
  bindings: number;
}

export function newStatistics(): Statistics {
  return {
    allocations: 0,
    allocationsBy: { udp: 0, tcp: 0, tls: 0 },
    allocationsMade: 0,
    allocationsEnded: { released: 0, expired: 0, closed: 0, dropped: 0, shutdown: 0, "no-port": 0 },
    relayedPackets: 0,
    relayedBytes: 0,
    droppedPackets: {
      "no-allocation": 0,
      "no-channel": 0,
      "no-permission": 0,
      denied: 0,
      "no-peer": 0,
      "peer-permission": 0,
      rate: 0,
      lab: 0,
      crowded: 0,
      malformed: 0,
    },
    refusals: {},
    withheldReplies: 0,
    bindings: 0,
  };
}
