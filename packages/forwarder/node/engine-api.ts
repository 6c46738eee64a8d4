import type { PeerId } from "@parlour/protocol";
import type { RoomStatistics } from "../core/seams.ts";

/** By which addresses a visitor can reach the engine's UDP port. */
export interface Reach {
  /** IP addresses, most promising first: that of this machine's end of the visitor's WebSocket, the public one if it is known. */
  readonly addresses: readonly string[];
  /** The one inside the relay, where the relay has one: an IPv4 address and a port that nobody dials from outside. */
  readonly inside?: { readonly address: string; readonly port: number };
}

/**
 * A media engine as the server's rooms see it. Membership, grants and names of tracks are the rooms'; an engine knows peers by id alone.
 * What pages and the engine say to each other (`receive`, `send`) is the engine's own affair: the embedded one's is
 * `protocol/forwarding.ts`. Every method is safe to call again, and for rooms and peers that are not there.
 */
export interface ForwardingEngine {
  /** Which half in the page belongs to it. */
  readonly engine: "embedded" | (string & {});
  /** Rooms that may send media here. */
  open(room: string): void;
  /** Lets a peer of an open room in; until then what it says is dropped. `reach` may be another after a reconnect. */
  admit(room: string, peer: PeerId, reach: Reach): void;
  /** What that page said to seat 0. Bad input hurts nobody but its sender. */
  receive(room: string, peer: PeerId, payload: Uint8Array): void;
  /** That peer's page lost its server connection (media may go on), or has it again: everything is said anew. */
  resync(room: string, peer: PeerId): void;
  /** That peer's seat is gone: its media ends at once. */
  evict(room: string, peer: PeerId): void;
  close(room: string): void;
  /** For `/metrics` and the inspector; bounded work. */
  statistics(): Promise<EngineStatistics>;
  /** Ends everything; resolves when ports and threads are free. */
  stop(): Promise<void>;
}

export interface EngineEvents {
  /** For that page, as a signal from seat 0. */
  send(room: string, peer: PeerId, payload: Uint8Array): void;
  /** The worker that had these rooms ended, and another one takes its place: pages are told to connect again by `send`. */
  restarted?(rooms: readonly string[], why: string): void;
}

export interface EngineStatistics {
  readonly rooms: number;
  readonly connections: number;
  /** CPU time of the workers since the start, ms. */
  readonly cpuMs: number;
  readonly restarts: number;
  readonly perRoom: Readonly<Record<string, RoomStatistics>>;
}

export interface EngineOptions {
  /** The one UDP port, 0 for any free one. */
  readonly port: number;
  /** Where to listen; default all addresses, IPv4 and IPv6. */
  readonly host?: string;
  /** Threads for media; rooms are spread over them. Default: one less than there are cores, at least one. */
  readonly workers?: number;
  readonly log?: (level: "info" | "warn" | "error", message: string, details?: object) => void;
}

/** `node/engine.ts` exports `startEngine: StartEngine`; rejects with what is wrong with the port. */
export type StartEngine = (
  options: EngineOptions,
  events: EngineEvents,
) => Promise<ForwardingEngine & { readonly port: number }>;
