/** How fast files may go while a call goes on beside them: they yield to it. */
export interface Pace {
  /** Bytes a second. */
  readonly bytesPerSecond: number;
  /** The shortest round trip of the call so far, milliseconds. */
  readonly bestMs: number;
}

/** What the call says of itself. */
export interface CallSign {
  /** Round trip of its packets, as the other side reports (RFC 3550, section 6.4.1). */
  readonly rttMs: number;
  /** Share of its packets that were lost since the last report. */
  readonly lost: number;
}

export const paceLimits = {
  first: 512 * 1024,
  least: 64 * 1024,
  most: 64 * 1024 * 1024,
  /** A queue of this much is in the way. */
  queueMs: 50,
  lost: 0.03,
} as const;

export const firstPace: Pace = { bytesPerSecond: paceLimits.first, bestMs: Number.POSITIVE_INFINITY };

/** Half as fast when the call feels it, a sixth faster each time while it does not. */
export function paced({ bytesPerSecond, bestMs }: Pace, { rttMs, lost }: CallSign): Pace {
  const best = Math.min(bestMs, rttMs);
  const isInTheWay = rttMs > best + paceLimits.queueMs || lost > paceLimits.lost;
  const next = isInTheWay ? bytesPerSecond / 2 : bytesPerSecond * 1.15;
  return { bytesPerSecond: Math.min(paceLimits.most, Math.max(paceLimits.least, next)), bestMs: best };
}
