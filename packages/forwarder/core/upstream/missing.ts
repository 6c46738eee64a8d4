import { coreLimits } from "../limits.ts";

interface Missing {
  readonly since: number;
  askedAt: number;
  tries: number;
}

/** Packets get this long to come by themselves, in another order, before they are asked for. */
const reorderMs = 8;

/** The packets of one stream that are missing and asked for again (RFC 4585, section 6.2.1), each a bounded number of times. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();
  readonly #due: number[] = [];

  get count(): number {
    return this.#missing.size;
  }

  /** False: too many at once to be worth asking; a key frame serves better. */
  add(firstUnwrapped: number, count: number, now: number): boolean {
    if (this.#missing.size + count > coreLimits.missing) {
      this.#missing.clear();
      return false;
    }
    for (let i = 0; i < count; i++)
      this.#missing.set(firstUnwrapped + i, { since: now, askedAt: Number.NEGATIVE_INFINITY, tries: 0 });
    return true;
  }
  came(unwrapped: number): void {
    this.#missing.delete(unwrapped);
  }
  clear(): void {
    this.#missing.clear();
  }

  /**
   * What to ask for now (16 bits, rising; the array is used again), and through `givesUp` whether something is given up. One is
   * asked for again when an answer should have come.
   */
  due(
    now: number,
    roundTripMs: number,
  ): { readonly sequences: readonly number[]; readonly givesUp: boolean } {
    const due = this.#due;
    due.length = 0;
    let givesUp = false;
    const patience = Math.min(500, Math.max(25, roundTripMs * 1.25 + 10));
    for (const [number, entry] of this.#missing) {
      const age = now - entry.since;
      if (age < reorderMs) continue;
      if (now - entry.askedAt < patience * Math.min(4, 2 ** Math.max(0, entry.tries - 2))) continue;
      if (entry.tries >= coreLimits.nackTries || age > coreLimits.nackMs) {
        this.#missing.delete(number);
        givesUp = true;
        continue;
      }
      entry.tries++;
      entry.askedAt = now;
      due.push(number & 0xffff);
    }
    return { sequences: due, givesUp };
  }
}
