import type { Rate } from "../../core/index.ts";

/** The most that a bucket holds: what fits in 32 bits with a sign. */
const most = 2_000_000_000;
const wrap = 0x7fff_ffff;

/** A token bucket that threads draw from together: the tokens, and when they were last added to (ms, in 31 bits). */
export class SharedBudget {
  readonly #state: Int32Array;
  readonly #perMs: number;
  readonly #burst: number;

  static memory(rate: Rate, now: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    new Int32Array(memory).set([Math.min(rate.burst, most), Math.floor(now) & wrap]);
    return memory;
  }

  constructor(memory: SharedArrayBuffer, rate: Rate) {
    this.#state = new Int32Array(memory);
    this.#perMs = rate.perSecond / 1000;
    this.#burst = Math.min(rate.burst, most);
  }

  take(cost: number, now: number): boolean {
    if (this.#perMs === Number.POSITIVE_INFINITY) return true;
    this.#refill(Math.floor(now) & wrap);
    if (Atomics.sub(this.#state, 0, cost) >= cost) return true;
    Atomics.add(this.#state, 0, cost);
    return false;
  }

  /** Whoever moves the time on adds what came in between. */
  #refill(now: number): void {
    const at = Atomics.load(this.#state, 1);
    const passed = (now - at) & wrap;
    // A clock that was set back refills nothing: it looks like a very long time.
    const added = passed > wrap / 2 ? 0 : Math.min(this.#burst, Math.floor(passed * this.#perMs));
    if (passed === 0 || (added === 0 && passed <= wrap / 2)) return;
    if (Atomics.compareExchange(this.#state, 1, at, now) !== at) return;
    const over = Math.min(most, Atomics.load(this.#state, 0) + added) - this.#burst;
    Atomics.add(this.#state, 0, over > 0 ? added - over : added);
  }
}
