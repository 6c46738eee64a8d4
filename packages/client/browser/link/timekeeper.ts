/** Time as the link needs it; tests move it by hand. */
export interface Timekeeper {
  /** Milliseconds, from any start, never going back. */
  now(): number;
  /** Calls back once; returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
}

export const pageTime: Timekeeper = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
