import type {
  Code,
  Epoch,
  HostFrame,
  Knocker,
  MediaReport,
  PeerId,
  Refusal,
  RosterEntry,
  ServerFrame,
  Visibility,
} from "@parlour/protocol";
import type { ConnectionId } from "./seat.ts";
import type { RoomState } from "./state.ts";

/** Makes the room; there must be none. */
export interface CreateInput {
  readonly type: "create";
  readonly name: string;
  readonly how: "http" | "join";
  readonly visibility: Visibility;
  readonly capacity: number;
  readonly title?: string | undefined;
  readonly passcodeHash?: string | undefined;
  readonly hostTokenHash?: string | undefined;
  /** The check value of a private room made by joining: the first `hello`'s key. */
  readonly check?: string | undefined;
  readonly stay: boolean;
}

/** What a verified token says: this page had that seat. */
export interface SeatClaim {
  readonly id: PeerId;
  readonly name?: string | undefined;
  /** `madeAt` of the room that the seat was in. */
  readonly roomMade: number;
}

/** A `hello`, with everything that needed a clock, chance, a hash or a look-up already done. */
export interface EnterInput {
  readonly type: "enter";
  readonly connection: ConnectionId;
  /** Made by the caller (16 random bytes): the id of a new seat in a public room. */
  readonly id: PeerId;
  /** `hello.id`: the id of a seat in a private room. */
  readonly ownId?: PeerId | undefined;
  readonly epoch: Epoch;
  readonly name?: string | undefined;
  /** Two words, made by the caller, for who asks for no name. */
  readonly fallbackName: string;
  readonly card?: string | undefined;
  readonly country?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly key?: string | undefined;
  /** True only when a passcode was given and verified against this room's hash. */
  readonly passcodeOk: boolean;
  /** True only when a host token was given and verified against this room's hash. */
  readonly hostTokenOk: boolean;
  /** From `hello.token`, verified; missing when there was none or it did not hold. */
  readonly claim?: SeatClaim | undefined;
  /** False when too many wait at doors who come from that address. */
  readonly mayKnock: boolean;
  /** The connection that was asked for a sign of life after a `probe` and gave none. */
  readonly probed?: ConnectionId | undefined;
}

/** What a host asks for. A new passcode comes hashed. */
export type HostCommand =
  | Exclude<HostFrame, { readonly type: "set" }>
  | (Omit<Extract<HostFrame, { readonly type: "set" }>, "passcode"> & {
      readonly passcodeHash?: string | null;
    });

export type RoomInput =
  | CreateInput
  | EnterInput
  /** Whoever has that connection asks for what only the host may do. */
  | { readonly type: "host"; readonly connection: ConnectionId; readonly command: HostCommand }
  /** A connection is gone without `leave`: its page said that it went (1001, 4024), or nothing was said. */
  | { readonly type: "drop"; readonly connection: ConnectionId; readonly why: "page" | "silent" }
  | { readonly type: "leave"; readonly connection: ConnectionId }
  /** A page says what it sends. */
  | { readonly type: "media"; readonly connection: ConnectionId; readonly report: MediaReport }
  /** Destroyed over HTTP. */
  | { readonly type: "end" }
  /** `nextDeadline` is reached. Harmless when it is not. */
  | { readonly type: "expire" }
  /** Loaded by a server that just started: nobody is connected. */
  | { readonly type: "boot" };

export type RoomEffect =
  /** Answers `hello`. The caller adds token, ICE servers, history, greeting and time. */
  | {
      readonly type: "welcome";
      readonly connection: ConnectionId;
      readonly you: RosterEntry;
      readonly peers: RosterEntry[];
      readonly resumed: boolean;
      /** False: the page's `since` counts another room's entries (an earlier one of this name); send all history. */
      readonly sinceHolds: boolean;
      /** For the host: who knocks. */
      readonly waiting?: Knocker[];
    }
  /** Answers `hello` as well: the connection stays at the door until it is welcomed or closed. */
  | { readonly type: "wait"; readonly connection: ConnectionId }
  | { readonly type: "tell"; readonly to: ConnectionId; readonly frame: ServerFrame }
  /** To every connection that has been welcomed by now and has a seat in the state that came with this effect. */
  | { readonly type: "tell-all"; readonly except?: PeerId; readonly frame: ServerFrame }
  | {
      readonly type: "close";
      readonly connection: ConnectionId;
      readonly code: Code;
      readonly detail?: string;
    }
  /** Public rooms: goes into the log and from there to everyone. */
  | {
      readonly type: "notice";
      readonly event: "joined" | "left" | "removed";
      readonly name: string;
      readonly text: string;
    }
  /**
   * A newcomer claims a seat whose page is connected. Ask `connection` for a sign of life: silent for
   * `takeoverProbeMs` → give the same input again with `probed: connection`; else refuse the newcomer with `seat-taken`.
   */
  | { readonly type: "probe"; readonly connection: ConnectionId };

/** What follows from an input. `state: undefined`: the room is gone and its name is free. With `refused`, nothing changed. */
export interface RoomStep {
  readonly state: RoomState | undefined;
  readonly effects: readonly RoomEffect[];
  readonly refused?: Refusal;
}
