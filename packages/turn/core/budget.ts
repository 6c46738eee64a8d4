import type { Rate } from "./limits.ts";

/** A token bucket, changed in place: one is asked for every packet. */
export class Budget {
  #tokens: number;
  #at: number;
  readonly #rate: Rate;

  /** Starts full. `now` in ms, as in every call. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  take(cost: number, now: number): boolean {
    if (this.#rate.perSecond === Number.POSITIVE_INFINITY) return true;
    this.#refill(now);
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether it is as good as a new one. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#rate.burst;
  }

  #refill(now: number): void {
    if (now > this.#at)
      this.#tokens = Math.min(
        this.#rate.burst,
        this.#tokens + ((now - this.#at) / 1000) * this.#rate.perSecond,
      );
    // A clock that was set back refills nothing.
    this.#at = now;
  }
}
