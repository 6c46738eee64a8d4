import type { FakeClock } from "./clock.ts";

/**
 * Drives code that waits for promises and for the fake clock alike: lets every promise settle, moves to the next timer, and so on,
 * until `isDone`, or until nothing is left to happen within `maxMs`. Returns whether it is done.
 *
 * `flush` lets promises settle; in Node: `() => new Promise((resolve) => setImmediate(resolve))`.
 */
export async function runUntil(
  clock: FakeClock,
  flush: () => Promise<unknown>,
  isDone: () => boolean,
  maxMs: number,
): Promise<boolean> {
  const end = clock.now() + maxMs;
  for (;;) {
    await flush();
    if (isDone()) return true;
    const { next } = clock;
    if (next === undefined || next > end) return false;
    clock.advance(next - clock.now());
  }
}
