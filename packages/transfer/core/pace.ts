/** How fast files may go while a call goes on beside them: they yield to it. */
export interface Pace {
  /** Bytes a second. */
  readonly bytesPerSecond: number;
  /** The shortest round trip of the call so far, milliseconds. */
  readonly bestMs: number;
  /** Bytes a second near which the call felt it last: from there on it goes up with care. */
  readonly feltAt: number;
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
  queueMs: 40,
  lost: 0.03,
} as const;

export const firstPace: Pace = {
  bytesPerSecond: paceLimits.first,
  bestMs: Number.POSITIVE_INFINITY,
  feltAt: Number.POSITIVE_INFINITY,
};

/**
 * A third slower when the call feels it; a sixth faster each time while it does not, and far less from where it felt it last:
 * a call that is disturbed every few seconds is a bad one.
 */
export function paced({ bytesPerSecond, bestMs, feltAt }: Pace, { rttMs, lost }: CallSign): Pace {
  const best = Math.min(bestMs, rttMs);
  const isInTheWay = rttMs > best + paceLimits.queueMs || lost > paceLimits.lost;
  const next = isInTheWay ? bytesPerSecond * 0.67 : bytesPerSecond * (bytesPerSecond < feltAt ? 1.15 : 1.03);
  const felt = feltAt < Number.POSITIVE_INFINITY ? 0.9 * feltAt : 0;
  return {
    bytesPerSecond: Math.min(paceLimits.most, Math.max(paceLimits.least, next)),
    bestMs: best,
    feltAt: isInTheWay ? Math.max(0.75 * bytesPerSecond, felt) : feltAt,
  };
}
