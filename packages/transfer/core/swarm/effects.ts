import type { Bits } from "../bits.ts";
import type { SwarmMessage } from "../messages.ts";
import type { Cut } from "../pieces.ts";
import type { TransferCode } from "../seams.ts";

export interface SwarmSetup {
  readonly id: string;
  readonly cut: Cut;
  /** What is there already. A giver has all. */
  readonly have: Bits;
  /** In [0, 1): spreads who takes which piece first. */
  readonly random: () => number;
  readonly windows?: Windows;
  /** Memory for a piece of so many bytes, whatever is in it. */
  readonly memory?: (length: number) => Uint8Array<ArrayBuffer>;
}

/** How many bytes may be asked for and not yet written. */
export interface Windows {
  /** From everyone together. */
  readonly all: number;
  /** From one page: before its speed is known, at least, at most. */
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

export const windows: Windows = {
  all: 32 * 1024 * 1024,
  first: 4 * 1024 * 1024,
  least: 1024 * 1024,
  most: 16 * 1024 * 1024,
};

export const swarmTimes = {
  /** Nothing at all from a page that was asked: others are asked as well. */
  stalledMs: 5_000,
  /** Still nothing: it is asked anew, in case it forgot. */
  forgottenMs: 20_000,
  /** An urgent piece that does not come is asked of another page as well. */
  urgentMs: 1_500,
  /** What was received is told to the others together. */
  tellMs: 100,
  /** A disk is busy for a moment each time; what is not flushed is only looked at again after a reload. */
  flushMs: 8_000,
  /** A piece that we were told to get elsewhere is asked for once more after this. */
  deniedMs: 3_000,
  /** How often a transfer looks around. */
  lookMs: 250,
  /** Nobody in the room has the rest. */
  graceMs: 60_000,
} as const;

/** Pieces written and not flushed, bytes. */
export const unflushedBytes = 128 * 1024 * 1024;
/** Pieces that are read and sent to one page at a time: what is next is there when the one before is gone. */
export const servedAtOnce = 3;
/** Wrong pieces from one page before it is put aside. */
export const liesMost = 2;
/** How often a page that gives no sign is asked anew. */
export const silencesMost = 3;

export type Told = SwarmMessage extends infer Message
  ? Message extends { id: string }
    ? Omit<Message, "id">
    : never
  : never;

export type SwarmInput =
  /** Takes part, with these pieces; again: these are all that it has. */
  | { readonly type: "field"; readonly peer: string; readonly have: Uint8Array }
  /** Left the transfer or the room. `code`: the giver took it back, and that is why. */
  | { readonly type: "gone"; readonly peer: string; readonly code?: TransferCode }
  | { readonly type: "lane"; readonly peer: string; readonly isOpen: boolean }
  | { readonly type: "ready"; readonly peer: string; readonly isAnswerWanted: boolean }
  | { readonly type: "have" | "deny"; readonly peer: string; readonly pieces: readonly number[] }
  | {
      readonly type: "ask";
      readonly peer: string;
      readonly pieces: readonly number[];
      readonly isUrgent: boolean;
      readonly isSoon: boolean;
    }
  | { readonly type: "unask"; readonly peer: string; readonly pieces: readonly number[] | undefined }
  | { readonly type: "hold"; readonly peer: string; readonly isHeld: boolean }
  | {
      readonly type: "block";
      readonly peer: string;
      readonly piece: number;
      readonly turn: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly proof: Uint8Array<ArrayBuffer> | undefined;
    }
  /** The answer to `check`. */
  | {
      readonly type: "checked";
      readonly peer: string;
      readonly piece: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly proof: Uint8Array<ArrayBuffer>;
      readonly isGood: boolean;
    }
  /** The answers to `write`, `flush` and `serve`. */
  | { readonly type: "written"; readonly piece: number }
  | { readonly type: "flushed" }
  | { readonly type: "served"; readonly peer: string; readonly piece: number }
  /** Storage, or something else here, failed for good. */
  | { readonly type: "fail"; readonly code: TransferCode }
  | { readonly type: "pause" | "resume" | "time" }
  /** These first, in this order, until others are preferred. */
  | { readonly type: "prefer"; readonly pieces: readonly number[] };

export type SwarmEffect =
  | { readonly type: "tell"; readonly peer: string; readonly message: Told }
  /** Read it, send it on the lane, answer `served` whatever came of it. */
  | { readonly type: "serve"; readonly peer: string; readonly piece: number }
  | {
      readonly type: "check";
      readonly peer: string;
      readonly piece: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly proof: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly type: "write";
      readonly piece: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly proof: Uint8Array<ArrayBuffer>;
    }
  | { readonly type: "flush" }
  /** These can be read now. */
  | { readonly type: "arrived"; readonly piece: number }
  /** Everything is written and flushed. */
  | { readonly type: "whole" }
  | { readonly type: "failed"; readonly code: TransferCode }
  | { readonly type: "put-aside"; readonly peer: string };
