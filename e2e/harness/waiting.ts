import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** How long a test waits for something that should take a second: machines under load are slow. */
export const patienceMs = 30_000;

/**
 * Asks again and again until `probe` gives something other than undefined or false, and returns that.
 * Fails with `what` and the last answer when the time is up.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = patienceMs,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let problem: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${timeoutMs / 1000} s for: ${what}`, { cause: problem });
    }
    await pause(100);
  }
}

/** Fails with `what` when the promise takes longer. */
export async function within<T>(what: string, promise: Promise<T>, timeoutMs = patienceMs): Promise<T> {
  const stop = new AbortController();
  const late = pause(timeoutMs, undefined, { signal: stop.signal }).then(
    () => {
      throw new Error(`waited ${timeoutMs / 1000} s for: ${what}`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
