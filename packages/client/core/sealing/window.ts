/** Which counters of one sender's frames a place has seen: each is good once, and only while it is not far behind the newest. */
export interface ReplayWindow {
  readonly newest: number;
  /** Whether this one may be taken. Ask before opening a frame. */
  isFresh(counter: number): boolean;
  /** It was opened. */
  take(counter: number): void;
}

/**
 * A page counts all its frames together, some hundreds a second; layers of a picture take different ways through their encoders,
 * so that frames overtake each other by some tens.
 */
export const windowFrames = 1_024;

export function replayWindow(newest = -1): ReplayWindow {
  // One place per counter modulo the window's length: which counter was seen there last.
  const seen = new Float64Array(windowFrames).fill(-1);
  let last = newest;
  return {
    get newest() {
      return last;
    },
    isFresh: (counter) => counter > last - windowFrames && seen[counter % windowFrames] !== counter,
    take(counter) {
      seen[counter % windowFrames] = counter;
      last = Math.max(last, counter);
    },
  };
}
