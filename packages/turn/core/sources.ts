import { type HostKey, sourceKey } from "./address.ts";
import { Budget } from "./budget.ts";
import type { TurnLimits } from "./limits.ts";

/**
 * How often each source address is still answered that has proved nothing. Over UDP such an address may be a victim's, written into
 * packets by somebody else. Memory is bounded: beyond `limits.sources` addresses all further ones share a budget.
 */
export class Sources {
  readonly #budgets = new Map<HostKey, Budget>();
  readonly #others: Budget;
  readonly #limits: TurnLimits;

  constructor(limits: TurnLimits, now: number) {
    this.#limits = limits;
    this.#others = new Budget(limits.unprovenRepliesOfOthers, now);
  }

  mayAnswer(address: Uint8Array, now: number): boolean {
    const key = sourceKey(address);
    let budget = this.#budgets.get(key);
    if (budget === undefined) {
      if (this.#budgets.size >= this.#limits.sources) return this.#others.take(1, now);
      budget = new Budget(this.#limits.unprovenReplies, now);
      this.#budgets.set(key, budget);
    }
    return budget.take(1, now);
  }

  /** Forgets those who have been quiet for long enough. */
  sweep(now: number): void {
    for (const [key, budget] of this.#budgets) if (budget.isFull(now)) this.#budgets.delete(key);
  }

  get size(): number {
    return this.#budgets.size;
  }
}
