import { distance16 } from "../rtp/bytes.ts";

/** How far back the numbers of a stream are remembered; a power of two. */
const remembered = 2_048;
const missing = -2;
const closedUp = -1;
/** RFC 3550, appendix A.1. */
const mostDropped = 3_000;

/**
 * The sequence numbers of one stream, unwrapped (RFC 3550, appendix A.1), and the same without holes for packets of nothing but
 * padding: those are what senders probe with, receivers have no use for them. A late packet gets the number that was left for it.
 */
export class SequenceNumbers {
  /** Highest so far, unwrapped; -1 before the first. */
  highest = -1;
  first = -1;
  /** Highest number without padding. */
  highestDense = -1;
  received = 0;
  /** What `take` found: how many before this one are newly missing. */
  skipped = 0;
  /** The stream began anew with this packet: nothing before it will come. */
  isRestart = false;
  isLate = false;
  #dropped = 0;
  #suspect = -1;
  /** Dense number by unwrapped number, and whether that packet came. */
  readonly #dense = new Int32Array(remembered).fill(missing);
  readonly #came = new Uint8Array(remembered);

  /** The dense number of this packet; -1: drop it (a duplicate, too old, or padding in its turn). */
  take(sequenceNumber: number, isPadding: boolean): number {
    this.skipped = 0;
    this.isRestart = false;
    this.isLate = false;
    if (this.highest < 0) return this.#begin(sequenceNumber, isPadding);
    const step = distance16(this.highest & 0xffff, sequenceNumber);
    if (step > 0 && step < mostDropped) return this.#advance(step, isPadding);
    if (step <= 0 && step > -remembered) return this.#late(this.highest + step);
    // Two in a row far away: the sender began anew without a new SSRC.
    if (sequenceNumber === this.#suspect) {
      this.#suspect = -1;
      return this.#begin(sequenceNumber, isPadding);
    }
    this.#suspect = (sequenceNumber + 1) & 0xffff;
    return -1;
  }

  /** The number on the wire of what is missing there, or -1: it came, or is too old. */
  isMissing(unwrapped: number): boolean {
    return unwrapped > this.highest - remembered && this.#came[unwrapped & (remembered - 1)] === 0;
  }

  #begin(sequenceNumber: number, isPadding: boolean): number {
    this.isRestart = this.highest >= 0;
    // Above what was before, with the right lower bits.
    const base = this.isRestart ? this.highest + 65_536 * 2 : 65_536;
    const unwrapped = base + distance16(base & 0xffff, sequenceNumber);
    // Dense numbers go on after a restart, so that receivers see no hole.
    this.#dropped = this.isRestart ? unwrapped - (this.highestDense + 1) : 0;
    this.highest = unwrapped - 1;
    this.first = unwrapped;
    this.received = 0;
    if (!this.isRestart) this.highestDense = unwrapped - 1;
    this.#came.fill(1);
    this.#dense.fill(missing);
    return this.#advance(1, isPadding);
  }

  #advance(step: number, isPadding: boolean): number {
    this.#suspect = -1;
    const mask = remembered - 1;
    const unwrapped = this.highest + step;
    for (let number = unwrapped - Math.min(step - 1, remembered - 1); number < unwrapped; number++) {
      this.#dense[number & mask] = number - this.#dropped;
      this.#came[number & mask] = 0;
    }
    this.skipped = step - 1;
    this.highest = unwrapped;
    this.received++;
    this.#came[unwrapped & mask] = 1;
    if (isPadding) {
      // Those skipped before it count all the same.
      this.highestDense = unwrapped - 1 - this.#dropped;
      this.#dropped++;
      this.#dense[unwrapped & mask] = closedUp;
      return -1;
    }
    const dense = unwrapped - this.#dropped;
    this.#dense[unwrapped & mask] = dense;
    this.highestDense = dense;
    return dense;
  }

  #late(unwrapped: number): number {
    const slot = unwrapped & (remembered - 1);
    if (this.#came[slot] === 1 || unwrapped < this.first) return -1;
    this.#came[slot] = 1;
    this.received++;
    this.isLate = true;
    return this.#dense[slot] as number;
  }
}
