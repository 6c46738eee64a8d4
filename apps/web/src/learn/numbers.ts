/** What arrived of the numbers that were sent over one channel: 1 to `numbersSent`, in that order. */
export const numbersSent = 500;

export interface Arrivals {
  readonly count: number;
  /** Numbers that came after a larger one. */
  readonly outOfOrder: number;
  /** The longest time in which nothing came, ms. */
  readonly longestPauseMs: number;
  readonly largest: number;
  readonly lastAt: number;
}

export const noArrivals: Arrivals = { count: 0, outOfOrder: 0, longestPauseMs: 0, largest: 0, lastAt: 0 };

/** The number in a text such as `#17`. */
export function numberIn(text: string): number | undefined {
  const found = /^#(\d{1,6})$/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

export function arrived(before: Arrivals, number: number, now: number): Arrivals {
  const pauseMs = before.count === 0 ? 0 : now - before.lastAt;
  return {
    count: before.count + 1,
    outOfOrder: before.outOfOrder + (number < before.largest ? 1 : 0),
    longestPauseMs: Math.max(before.longestPauseMs, pauseMs),
    largest: Math.max(before.largest, number),
    lastAt: now,
  };
}
