/** A clock that stands still until a test moves it. Timers fire in the order of their time, then of their making. */
export interface FakeClock {
  /** Milliseconds since the clock was made (plus its start). */
  now(): number;
  /** Calls back once, `ms` from now; returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
  /** Moves time on, firing what falls due on the way. */
  advance(ms: number): void;
  /** Moves to the next timer and fires it; false when there is none. */
  step(): boolean;
  /** Time of the next timer, or undefined. */
  readonly next: number | undefined;
}

export function fakeClock(start = 0): FakeClock {
  let time = start;
  let made = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const first = (): [number, { at: number; callback: () => void }] | undefined => {
    let best: [number, { at: number; callback: () => void }] | undefined;
    for (const entry of timers) if (best === undefined || entry[1].at < best[1].at) best = entry;
    return best;
  };
  const clock: FakeClock = {
    now: () => time,
    after(ms, callback) {
      const key = made++;
      timers.set(key, { at: time + Math.max(0, ms), callback });
      return () => void timers.delete(key);
    },
    advance(ms) {
      const until = time + ms;
      for (let due = first(); due !== undefined && due[1].at <= until; due = first()) {
        timers.delete(due[0]);
        time = Math.max(time, due[1].at);
        due[1].callback();
      }
      time = until;
    },
    step() {
      const due = first();
      if (due === undefined) return false;
      timers.delete(due[0]);
      time = Math.max(time, due[1].at);
      due[1].callback();
      return true;
    },
    get next() {
      return first()?.[1].at;
    },
  };
  return clock;
}
