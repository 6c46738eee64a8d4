import type { Bits } from "../bits.ts";

/** How many other pages have each piece. */
export interface Copies {
  readonly of: Uint16Array;
  /** A page came with these, or is gone with them. */
  add(has: Bits): void;
  remove(has: Bits): void;
  /** A page has one more. */
  note(piece: number): void;
  /** Whether the others have everything that is not in `have`. */
  isComplete(have?: Bits): boolean;
}

export function copiesOf(count: number): Copies {
  const of = new Uint16Array(count);
  const change = (has: Bits, by: 1 | -1): void => {
    for (let piece = 0; piece < count; piece++) if (has.has(piece)) of[piece] = (of[piece] ?? 0) + by;
  };
  return {
    of,
    add: (has) => change(has, 1),
    remove: (has) => change(has, -1),
    note(piece) {
      of[piece] = (of[piece] ?? 0) + 1;
    },
    isComplete(have) {
      for (let piece = 0; piece < count; piece++)
        if (!have?.has(piece) && (of[piece] ?? 0) === 0) return false;
      return true;
    },
  };
}
