/**
 * How far back a packet may come, in packets: what is sent again on its own SSRC after a loss is some hundreds late in a fast stream
 * (RFC 3711, section 3.3.2 asks for 64 at least).
 */
const windowPackets = 1024;
const words = windowPackets / 32;

/** Which indexes of a stream came already. */
export class ReplayWindow {
  readonly #seen = new Uint32Array(words);
  #highest: number;

  /** `first` is the index of the first packet that was accepted. */
  constructor(first: number) {
    this.#highest = first;
    this.#mark(first);
  }

  get highest(): number {
    return this.#highest;
  }

  /** Whether it is new and not too old. */
  isFresh(index: number): boolean {
    if (index > this.#highest) return true;
    if (this.#highest - index >= windowPackets || index < 0) return false;
    const at = index % windowPackets;
    return (((this.#seen[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 0;
  }

  /** After it was found to be authentic. */
  accept(index: number): void {
    if (index > this.#highest) {
      const steps = Math.min(index - this.#highest, windowPackets);
      for (let i = 0; i < steps; i++) {
        const at = (index - i) % windowPackets;
        this.#seen[at >>> 5] = (this.#seen[at >>> 5] ?? 0) & ~(1 << (at & 31));
      }
      this.#highest = index;
    }
    this.#mark(index);
  }

  #mark(index: number): void {
    const at = index % windowPackets;
    this.#seen[at >>> 5] = (this.#seen[at >>> 5] ?? 0) | (1 << (at & 31));
  }
}

/**
 * The 48-bit index of a packet whose sequence number is all that it says: the one nearest to the highest so far (RFC 3711, section 3.3.1
 * and appendix A). Below 0 there is none.
 */
export function indexOf(sequence: number, highest: number): number {
  const rollover = Math.floor(highest / 65_536);
  const before = highest % 65_536;
  const difference = sequence - before;
  const guess = difference > 32_768 ? rollover - 1 : difference < -32_768 ? rollover + 1 : rollover;
  return guess * 65_536 + sequence;
}
