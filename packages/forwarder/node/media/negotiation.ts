import { randomInt } from "node:crypto";
import type { Negotiated } from "../../core/seams.ts";

/** What was agreed on for a page's connection. */
export interface Negotiation {
  readonly ssrcs: Map<string, number>;
  readonly session: number;
  readonly ufrags: Set<string>;
  version: number;
  /** The last offer, and what was said to it. */
  offer: string;
  n: number;
  answer: string;
  lines: Negotiated;
}

export const newNegotiation = (): Negotiation => ({
  ssrcs: new Map(),
  session: randomInt(2 ** 47),
  ufrags: new Set(),
  version: 0,
  offer: "",
  n: -1,
  answer: "",
  lines: { extensions: {}, sends: [], receives: [] },
});

/** At random, once, and no other line's. 0 has a meaning of its own to some. */
export function ssrcOf(known: Map<string, number>, mid: string): number {
  let ssrc = known.get(mid);
  while (ssrc === undefined) {
    const tried = 1 + randomInt(2 ** 32 - 1);
    if (![...known.values()].includes(tried)) ssrc = tried;
  }
  known.set(mid, ssrc);
  return ssrc;
}
