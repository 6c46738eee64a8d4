import { StandingQueue } from "../downstream/standing-queue.ts";

const mostBits = 8_000_000;
const leastBits = 200_000;
const tooLongQueueMs = 80;
const settleMs = 800;

/**
 * What a page is told by REMB that it may send, where transport-wide feedback was not negotiated. It starts high: a browser that
 * hears a low figure begins with the lowest layer and takes long to leave it. It is lowered when a queue stands on the way here.
 */
export class Uplink {
  bits = mostBits;
  readonly #queue = new StandingQueue();
  #base: number | undefined;
  #previous = 0;
  #bytes = 0;
  #since = Number.NaN;
  #receivedBits = 0;
  #loweredAt = Number.NEGATIVE_INFINITY;

  /** A packet with its abs-send-time (24 bits, 1/2^18 s). */
  arrived(sendTime: number, bytes: number, now: number): void {
    // Unwrapped: it wraps every 64 s.
    const step = ((sendTime - this.#previous) << 8) >> 8;
    this.#base = this.#base === undefined ? 0 : this.#base + step;
    this.#previous = sendTime;
    this.#queue.add(now - this.#base / 262.144, now);
    if (Number.isNaN(this.#since)) this.#since = now;
    this.#bytes += bytes;
    if (now - this.#since < 400) return;
    this.#receivedBits = (this.#bytes * 8_000) / (now - this.#since);
    this.#bytes = 0;
    this.#since = now;
  }

  /** What to say now; called every 200 ms or so. */
  estimate(now: number): number {
    if (now - this.#loweredAt < settleMs) return this.bits;
    if (this.#queue.ms > tooLongQueueMs && this.#receivedBits > 0) {
      this.bits = Math.max(leastBits, Math.min(this.bits, this.#receivedBits * 0.85));
      this.#loweredAt = now;
    } else if (this.#queue.ms < 30) this.bits = Math.min(mostBits, this.bits * 1.015);
    return this.bits;
  }
}
