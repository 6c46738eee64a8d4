/** Where the server's time comes from. Tests give one that stands still until they move it. */
export interface Clock {
  /** ms since 1970, for what people read and what is stored. */
  now(): number;
  /** ms of a clock that nobody sets, for rates and signs of life. */
  monotonic(): number;
  /** Calls back once, `ms` from now, without keeping the process alive; returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
}

// Node runs a longer timer at once (its delay is a signed 32-bit number).
const timerMaxMs = 2 ** 31 - 1;

/** The real clock. */
export function systemClock(now: () => number = Date.now): Clock {
  return {
    now,
    monotonic: () => performance.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, ms), timerMaxMs));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
