/** First wait before connecting again, milliseconds. */
export const firstDelayMs = 250;
/** No wait is longer, milliseconds. */
export const longestDelayMs = 10_000;

/**
 * How long to wait before try number `tries` (from 0), milliseconds: doubled each time, between three quarters and all of it,
 * so that the pages of a room do not come back in one heap. `chance` is in [0, 1). A server may ask for longer.
 */
export function delayBefore(tries: number, chance: number, askedMs = 0): number {
  const wanted = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(tries, 16));
  return Math.max(wanted * (0.75 + chance / 4), Math.min(askedMs, 60_000) * (1 + chance / 2));
}
