import { type Bits, bits } from "../bits.ts";
import type { Cut } from "../pieces.ts";
import { lengthOf } from "../pieces.ts";
import type { SwarmInput, Windows } from "./effects.ts";

/** A piece on its way from one page. */
export interface Asked {
  at: number;
  /** Which of its sendings this is put together from. */
  turn: number | undefined;
  /** Begun with the first block. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
  proof: Uint8Array<ArrayBuffer> | undefined;
  readonly offsets: Set<number>;
  received: number;
}

/** Another page that takes part, as this one knows it. */
export interface Member {
  readonly peer: string;
  has: Bits;
  isOpen: boolean;
  /** Its end is open too, as it said since ours is. */
  isReady: boolean;
  /** It sends nothing for now. */
  isHeld: boolean;
  lies: number;
  /** How often in a row it was asked anew in vain. */
  silences: number;
  /** Sent wrong pieces, or none at all: nothing is asked of it any more. */
  isAside: boolean;
  /** Nothing came for too long: others are asked as well. */
  isStalled: boolean;
  heardAt: number;
  readonly asked: Map<number, Asked>;
  /** Checked or being written, and from this page. */
  landing: number;
  /** Pieces that it told us to get elsewhere, and when. */
  readonly denied: Map<number, number>;
  /** What it asked of us. */
  wants: number[];
  readonly urgent: Set<number>;
  readonly serving: Set<number>;
  /** Bytes a second, over the last seconds. */
  speed: number;
  counted: number;
  countedAt: number;
}

export const member = (peer: string, count: number): Member => ({
  peer,
  has: bits(count),
  isOpen: false,
  isReady: false,
  isHeld: false,
  lies: 0,
  silences: 0,
  isAside: false,
  isStalled: false,
  heardAt: 0,
  asked: new Map(),
  landing: 0,
  denied: new Map(),
  wants: [],
  urgent: new Set(),
  serving: new Set(),
  speed: 0,
  counted: 0,
  countedAt: 0,
});

export const canGive = (one: Member): boolean => one.isOpen && one.isReady && !one.isHeld && !one.isAside;

/** How many pieces this page may have on their way from it: one and a half seconds of what it gives. */
export function targetOf(one: Member, cut: Cut, { first, least, most }: Windows): number {
  if (one.isStalled) return 1;
  const bytes = one.speed === 0 ? first : Math.min(most, Math.max(least, one.speed * 1.5));
  return Math.min(96, Math.max(2, Math.ceil(bytes / cut.pieceBytes)));
}

const halfLifeMs = 2_000;
/** Counts what came from it. */
export function heard(one: Member, bytes: number, now: number): void {
  one.heardAt = now;
  one.isStalled = false;
  one.silences = 0;
  one.counted += bytes;
  const passed = now - one.countedAt;
  if (passed < 250) return;
  const recent = (one.counted * 1000) / passed;
  const weight = one.speed === 0 ? 1 : 1 - 0.5 ** (passed / halfLifeMs);
  one.speed += (recent - one.speed) * weight;
  one.counted = 0;
  one.countedAt = now;
}

/** The largest piece in the smallest frames, with room to spare. */
const mostBlocks = 4_096;
/** Takes a block in. `whole` when the piece has all its bytes; `wrong` when it can't be a part of it. */
export function assemble(
  asked: Asked,
  cut: Cut,
  { piece, turn, offset, bytes, proof }: SwarmInput & { readonly type: "block" },
  memory: (length: number) => Uint8Array<ArrayBuffer>,
): "more" | "whole" | "wrong" {
  const length = lengthOf(cut, piece);
  if (bytes.length === 0 || offset + bytes.length > length || asked.offsets.size > mostBlocks) return "wrong";
  if (asked.turn !== turn) {
    // Of two sendings the later counts: the earlier was on a connection that is gone, or was taken back.
    if (asked.turn !== undefined && ((turn - asked.turn) | 0) < 0) return "more";
    begin(asked, turn);
  }
  if (asked.offsets.has(offset)) return "more";
  asked.offsets.add(offset);
  asked.bytes ??= memory(length);
  asked.bytes.set(bytes, offset);
  asked.received += bytes.length;
  if (offset === 0) asked.proof = proof;
  if (asked.received < length) return "more";
  return asked.received === length && asked.proof ? "whole" : "wrong";
}

function begin(asked: Asked, turn: number): void {
  asked.turn = turn;
  asked.offsets.clear();
  asked.received = 0;
  asked.proof = undefined;
}

export const justAsked = (now: number): Asked => ({
  at: now,
  turn: undefined,
  bytes: undefined,
  proof: undefined,
  offsets: new Set(),
  received: 0,
});
