import type { TransportFeedback } from "../rtcp/transport-feedback.ts";
import { StandingQueue } from "./standing-queue.ts";

/** Bits per second. */
const leastBits = 100_000;
const mostBits = 60_000_000;
const firstBits = 1_500_000;
/** A queue of this many ms says that more is sent than fits; above the lower one nothing is added. */
const tooLongQueueMs = 70;
const longQueueMs = 30;
const highLoss = 0.1;
const someLoss = 0.03;
/** After it had to be lowered, nothing more is decided until the path shows what that did. */
const settleMs = 700;
const leastPatienceMs = 5_000;
const mostPatienceMs = 60_000;

/**
 * What one page's downlink is believed to carry. It is lowered to what arrives when a queue stands or packets are lost, and raised
 * while all is well and more would be of use: at first quickly, later up to where it failed, and beyond that only now and then.
 *
 * starting ── too much ──▶ careful ── too much ──▶ careful, with more patience
 */
export class Downlink {
  bits = firstBits;
  lossShare = 0;
  #state:
    | { readonly phase: "starting" }
    | { readonly phase: "careful"; readonly failedAtBits: number; readonly patienceMs: number } = {
    phase: "starting",
  };
  #loweredAt = Number.NEGATIVE_INFINITY;
  #troubleAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #sentBits = 0;
  #estimatedBits = 0;
  /** How long the queue was when it last was the reason; Infinity: it was not. */
  #queueAtLowering = Number.POSITIVE_INFINITY;
  #lowEstimates = 0;
  readonly #queue = new StandingQueue();
  readonly #sentAt = new Float64Array(4_096);
  readonly #sizes = new Uint16Array(4_096);
  #arrivedBytes = 0;
  #arrivedSince = Number.NaN;
  #arrivedBits = 0;
  #counted = 0;
  #missing = 0;

  /** A packet with that transport-wide number goes out. */
  sent(sequence: number, bytes: number, now: number): void {
    const slot = sequence & 4_095;
    this.#sentAt[slot] = now;
    this.#sizes[slot] = bytes;
  }

  transportFeedback(feedback: TransportFeedback, now: number): void {
    this.#heardAt = now;
    let least = Number.POSITIVE_INFINITY;
    let last = Number.NaN;
    for (let i = 0; i < feedback.count; i++) {
      const slot = (feedback.sequences[i] as number) & 4_095;
      const size = this.#sizes[slot] as number;
      // Never sent, or reported before.
      if (size === 0) continue;
      const arrival = feedback.arrivals[i] as number;
      this.#counted++;
      if (Number.isNaN(arrival)) {
        this.#missing++;
        continue;
      }
      this.#sizes[slot] = 0;
      this.#arrivedBytes += size;
      last = arrival;
      least = Math.min(least, arrival - (this.#sentAt[slot] as number));
    }
    if (least !== Number.POSITIVE_INFINITY) this.#queue.add(least, now);
    if (Number.isNaN(this.#arrivedSince)) this.#arrivedSince = last;
    else if (last - this.#arrivedSince >= 400) {
      this.#arrivedBits = (this.#arrivedBytes * 8_000) / (last - this.#arrivedSince);
      this.#arrivedBytes = 0;
      this.#arrivedSince = last;
    }
    if (this.#counted >= 40) {
      this.#loss(this.#missing / this.#counted, now);
      this.#counted = 0;
      this.#missing = 0;
    }
    const queue = this.#queue.ms;
    if (queue > longQueueMs) this.#troubleAt = now;
    if (queue > tooLongQueueMs && now - this.#loweredAt >= settleMs) {
      // Less was sent and the queue did not shrink: it is no queue of ours, but another way that is longer.
      const isElsewhere = now - this.#loweredAt < settleMs * 3 && queue > this.#queueAtLowering * 0.9;
      if (isElsewhere) this.#queue.rebase();
      this.#queueAtLowering = isElsewhere ? Number.POSITIVE_INFINITY : queue;
      if (isElsewhere) return;
      const carried = this.#arrivedBits > 0 ? this.#arrivedBits : this.#sentBits;
      if (carried > 0) this.#lower(carried * 0.85, carried, now);
    }
  }

  /**
   * REMB: what the page itself believes. It is no more than somewhat above what it receives and lags behind what is sent, so that only
   * a fall is news, or a low figure that stays.
   */
  estimatedMaximum(bits: number, now: number): void {
    this.#heardAt = now;
    const isFalling = bits < this.#estimatedBits * 0.97;
    this.#estimatedBits = bits;
    if (this.#sentBits === 0 || bits >= this.#sentBits) {
      this.#lowEstimates = 0;
      return;
    }
    this.#troubleAt = now;
    this.#lowEstimates++;
    if (bits < this.#sentBits * 0.9 && (isFalling || this.#lowEstimates >= 3))
      this.#lower(bits * 0.95, bits, now);
  }

  /** The share that a receiver report says was lost since the one before. */
  reportedLoss(share: number, now: number): void {
    this.#heardAt = now;
    this.#loss(share, now);
  }

  /**
   * Called every 200 ms or so with what went out, bits per second, smoothed. `isShort`: a picture would be larger if more fitted.
   */
  tick(sentBits: number, isShort: boolean, now: number): void {
    this.#sentBits = sentBits;
    if (!isShort || now - this.#heardAt > 3_000) return;
    if (now - this.#troubleAt < 500 || now - this.#loweredAt < settleMs * 2) return;
    if (this.#state.phase === "starting") this.bits = Math.min(mostBits, this.bits * 1.2);
    else {
      const { failedAtBits, patienceMs } = this.#state;
      const isBelow = this.bits < failedAtBits * 0.95;
      if (isBelow) this.bits = Math.min(failedAtBits * 0.95, this.bits * 1.04);
      else if (now - this.#loweredAt > patienceMs) this.bits = Math.min(mostBits, this.bits * 1.04);
    }
  }

  #loss(share: number, now: number): void {
    this.lossShare += (share - this.lossShare) * 0.5;
    if (share > someLoss) this.#troubleAt = now;
    // Not for a few packets of one interval.
    if (share > highLoss && this.lossShare > highLoss && this.#sentBits > 0)
      this.#lower(this.#sentBits * (1 - share / 2), this.#sentBits * (1 - share), now);
  }

  #lower(bits: number, carriedBits: number, now: number): void {
    this.#troubleAt = now;
    if (now - this.#loweredAt < settleMs) return;
    const before = this.#state.phase === "careful" ? this.#state : undefined;
    // Again, not long after: the next try waits twice as long.
    const isAgain = before !== undefined && now - this.#loweredAt < before.patienceMs * 3;
    this.#state = {
      phase: "careful",
      failedAtBits: Math.max(leastBits, carriedBits),
      patienceMs: isAgain ? Math.min(mostPatienceMs, before.patienceMs * 2) : leastPatienceMs,
    };
    this.bits = Math.max(leastBits, Math.min(this.bits, bits));
    this.#loweredAt = now;
  }
}
