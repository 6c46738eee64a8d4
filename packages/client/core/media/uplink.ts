/*
 * What a page sends of its pictures to each of many others. In a mesh every picture goes out once per link, so what one uplink can
 * carry is shared out: who looks at a small picture, or at none, leaves more to the others. Sound is never part of this.
 */

/** How high a picture is shown on the other side, in pixels of its screen; 0: nobody looks; undefined: not told, so in full. */
export type Wanted = number | undefined;

/** What one link gets of one source. */
export interface Allotment {
  readonly isActive: boolean;
  /** Bits per second. */
  readonly maxBitrate: number;
  /** 1 or more: the picture's sides are divided by it. */
  readonly scaleDownBy: number;
}

/** Bits per second for all links together. A household's uplink carries it beside everything else. */
export const uplinkBits = 4_000_000;
/** The best that one link gets: a sharp 720p camera, a readable screen. */
const mostBits = 2_500_000;
/** Below this no picture is worth sending; a very large mesh goes over its budget rather than under this. */
const leastBits = 100_000;
/** A camera's picture of 16:9 looks good with about this many bits per second for each pixel of its height squared. */
const bitsPerSquare = 5;
/** Below this many it is mush, and a smaller picture looks better. */
const leastBitsPerSquare = 2.5;
/** Few steps, since each change makes an encoder start over. */
const steps = [1, 1.5, 2, 3, 4, 6, 8];

/**
 * Shares one source out over the links. `height` is that of the source itself, undefined when it is not known. With `isDetail` (a shared
 * screen) fewer bits don't make it smaller, since text must stay sharp. `left`: bits per second for all of them.
 */
export function uplinkShares(
  wants: readonly Wanted[],
  height: number | undefined,
  isDetail: boolean,
  left: number = uplinkBits,
): readonly Allotment[] {
  const needs = wants.map((wanted) =>
    Math.min(mostBits, wanted === undefined ? mostBits : Math.max(leastBits, bitsPerSquare * wanted ** 2)),
  );
  const order = [...wants.keys()].filter((i) => wants[i] !== 0).sort((a, b) => at(needs, a) - at(needs, b));
  /** Nothing for those who don't look. */
  const bits: number[] = [];
  for (const [n, i] of order.entries()) {
    const share = Math.max(leastBits, Math.min(at(needs, i), left / (order.length - n)));
    bits[i] = Math.round(share);
    left -= share;
  }
  return wants.map((wanted, i) => ({
    isActive: wanted !== 0,
    maxBitrate: at(bits, i) || leastBits,
    scaleDownBy: scaleFor(wanted, at(bits, i), height, isDetail),
  }));
}

function scaleFor(wanted: Wanted, bits: number, height: number | undefined, isDetail: boolean): number {
  if (wanted === 0 || height === undefined) return 1;
  const carried = isDetail ? height : Math.sqrt(bits / leastBitsPerSquare);
  const target = Math.min(height, wanted ?? height, carried);
  return steps.findLast((step) => step <= height / target + 0.01) ?? 1;
}

function at(list: readonly number[], i: number): number {
  return list[i] as number;
}
