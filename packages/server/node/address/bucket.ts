import type { Rate } from "@parlour/protocol";

/**
 * A token bucket that is changed in place: the gateway takes from several of them for each frame, so it makes no object per take.
 * Times are milliseconds of one clock that never goes back.
 */
export class Bucket {
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes `cost` when that much is there; false, and nothing taken, when not. */
  take(rate: Rate, now: number, cost = 1): boolean {
    this.#refill(rate, now);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Puts back what turned out not to be owed. */
  give(rate: Rate, cost = 1): void {
    this.#tokens = Math.min(rate.burst, this.#tokens + cost);
  }

  /** Milliseconds until `cost` can be taken. */
  waitMs(rate: Rate, now: number, cost = 1): number {
    this.#refill(rate, now);
    return this.#tokens >= cost ? 0 : Math.ceil(((cost - this.#tokens) / rate.perSecond) * 1000);
  }

  /** True when it holds all it can: forgetting it changes nothing. */
  isFull(rate: Rate, now: number): boolean {
    this.#refill(rate, now);
    return this.#tokens >= rate.burst;
  }

  #refill(rate: Rate, now: number): void {
    if (now <= this.#at) return;
    this.#tokens = Math.min(rate.burst, this.#tokens + ((now - this.#at) / 1000) * rate.perSecond);
    this.#at = now;
  }
}
