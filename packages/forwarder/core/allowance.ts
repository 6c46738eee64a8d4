/** So much at once, and so much more each ms (a token bucket). */
export class Allowance {
  readonly #most: number;
  readonly #perMs: number;
  #left: number;
  #at = Number.NaN;

  constructor(most: number, perMs: number) {
    this.#most = most;
    this.#perMs = perMs;
    this.#left = most;
  }

  /** False, and nothing is taken, when there is not so much. */
  spend(amount: number, now: number): boolean {
    if (!Number.isNaN(this.#at))
      this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }
}
