import type { JoinOptions, Room } from "../api.ts";

/** How a page takes part in a room that no server introduces. The names mean what they mean for `joinRoom`. */
export interface DirectOptions extends Pick<JoinOptions, "name" | "publish" | "media" | "rtc" | "signal"> {
  /**
   * Where a server is, as for `testConnection`: when it answers within a moment, its STUN helps to find a way beyond the own
   * network. It learns nothing of the room. Leave it out, and nobody is asked for anything.
   */
  readonly server?: string;
}

/**
 * How far a text leads: to who is `beyond` the own network, to who is in it (`network`), only to who can find out names that end in
 * `.local` (`names`: what browsers give pages that may use neither camera nor microphone), or `nowhere`.
 */
export type DirectReach = "nowhere" | "names" | "network" | "beyond";

/** An invitation, open until it is answered, too old, or closed. */
export interface DirectInvitation {
  /** To be handed to the other one: letters, digits, `-` and `_`, some 180 of them. It holds the room's secret. */
  readonly text: string;
  readonly reach: DirectReach;
  /** When it is no good any more, ms since 1970. */
  readonly goodUntil: number;
  /**
   * Takes the other one's answer, out of whatever was pasted, and resolves with the room once both are in it. Rejects with
   * `text-unknown`, `text-cut`, `text-damaged`, `text-newer`, `text-invitation`, `text-other`, `text-own`, `text-stale` and `text-used`:
   * another try may follow those. With `no-way` it found no connection and is over, and with `aborted`.
   */
  answer(pasted: string): Promise<Room>;
  /** Gives it up. */
  close(): void;
}

/** An answer to an invitation. */
export interface DirectAnswer {
  /** To be handed back. */
  readonly text: string;
  readonly reach: DirectReach;
  /** When the invitation is no good any more, ms since 1970, by the clock of the page that made it. */
  readonly goodUntil: number;
  /** Resolves once the other one took the answer and both are in. Rejects with `text-stale` when that did not happen in time, `no-way`, `aborted`. */
  readonly room: Promise<Room>;
  close(): void;
}

/** Reads a text from several QR codes. */
export interface DirectCollector {
  /** Takes one code that was read, and gives the whole text once all of it is there. */
  add(code: string): string | undefined;
  /** How many codes were read, and of how many. */
  readonly progress: { readonly read: number; readonly of: number };
}

/** Rooms of two, without a server: `loadDirect` gives it. */
export interface Direct {
  invite(options?: DirectOptions): Promise<DirectInvitation>;
  /** Rejects with `text-unknown`, `text-cut`, `text-damaged`, `text-newer`, `text-answer` and `text-stale`. */
  accept(pasted: string, options?: DirectOptions): Promise<DirectAnswer>;
  /** The text in what was pasted, when it can be accepted; throws as `accept` rejects. */
  find(pasted: string): string;
  /** What the QR codes for a text hold: one for most, several to be shown in turn for long ones. */
  codes(text: string): readonly string[];
  collector(): DirectCollector;
}
