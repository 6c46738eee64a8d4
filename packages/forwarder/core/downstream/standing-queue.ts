/** The least delay of the last 5 to 10 s counts as that of an empty path: clocks drift and routes change. */
const baseWindowMs = 5_000;
/** What is there all this time is no burst. */
const standingMs = 300;

/**
 * A queue that stands on the way of packets, told from one that comes and goes with each key frame: the least delay of the last
 * moments above the least that was ever seen. Send and arrival times may be of two clocks.
 */
export class StandingQueue {
  #base = Number.POSITIVE_INFINITY;
  #nextBase = Number.POSITIVE_INFINITY;
  #baseAt = Number.NEGATIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;

  add(delayMs: number, now: number): void {
    if (now - this.#baseAt > baseWindowMs) {
      this.#base = Math.min(this.#nextBase, delayMs);
      this.#nextBase = delayMs;
      this.#baseAt = now;
    }
    if (delayMs < this.#base) this.#base = delayMs;
    if (delayMs < this.#nextBase) this.#nextBase = delayMs;
    if (now - this.#since > standingMs / 2) {
      this.#leastBefore = this.#least;
      this.#least = delayMs;
      this.#since = now;
    } else if (delayMs < this.#least) this.#least = delayMs;
  }

  /** The way is another one: its delay of now counts as that of an empty path. */
  rebase(): void {
    this.#base = Number.POSITIVE_INFINITY;
    this.#nextBase = Number.POSITIVE_INFINITY;
    this.#baseAt = Number.NEGATIVE_INFINITY;
    this.#least = Number.POSITIVE_INFINITY;
    this.#leastBefore = Number.POSITIVE_INFINITY;
    this.#since = Number.NEGATIVE_INFINITY;
  }

  /** ms; 0 while too little was seen. */
  get ms(): number {
    if (this.#leastBefore === Number.POSITIVE_INFINITY) return 0;
    return Math.max(0, Math.min(this.#least, this.#leastBefore) - this.#base);
  }
}
