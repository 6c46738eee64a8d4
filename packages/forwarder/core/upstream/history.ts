import { coreLimits } from "../limits.ts";

/** The last packets of a stream, for receivers that miss one: bounded in count, bytes and age. */
export class PacketHistory {
  readonly #packets: (Uint8Array | undefined)[];
  readonly #numbers: Int32Array;
  readonly #times: Float64Array;
  readonly #mask: number;
  #bytes = 0;
  /** No packet below this is kept. */
  #oldest = -1;
  #newest = -1;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.#packets = new Array<Uint8Array | undefined>(size).fill(undefined);
    this.#numbers = new Int32Array(size).fill(-1);
    this.#times = new Float64Array(size);
    this.#mask = size - 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(number: number, packet: Uint8Array, now: number): void {
    const slot = number & this.#mask;
    if (this.#newest < 0) this.#oldest = number;
    // A late one must not push out a newer one.
    else if (number <= this.#newest - this.#numbers.length) return;
    this.#drop(slot);
    this.#packets[slot] = packet;
    this.#numbers[slot] = number;
    this.#times[slot] = now;
    this.#bytes += packet.length;
    if (number < this.#oldest) this.#oldest = number;
    if (number > this.#newest) this.#newest = number;
    this.#forgetBelow(this.#newest - this.#numbers.length + 1);
    while (this.#bytes > coreLimits.keptBytes && this.#oldest < this.#newest) {
      const old = this.#oldest++ & this.#mask;
      if ((this.#numbers[old] as number) < this.#oldest) this.#drop(old);
    }
  }

  get(number: number, now: number): Uint8Array | undefined {
    const slot = number & this.#mask;
    if (this.#numbers[slot] !== number || now - (this.#times[slot] as number) > coreLimits.keptMs)
      return undefined;
    return this.#packets[slot];
  }

  /** Gives memory back that nobody can ask for any more; called now and then. */
  forgetOld(now: number): void {
    while (this.#oldest >= 0 && this.#oldest <= this.#newest) {
      const slot = this.#oldest & this.#mask;
      const isThere = this.#numbers[slot] === this.#oldest;
      if (isThere && now - (this.#times[slot] as number) <= coreLimits.keptMs) return;
      if (isThere) this.#drop(slot);
      this.#oldest++;
    }
    this.#newest = -1;
    this.#oldest = -1;
  }

  /** What is too far behind the newest is gone, also where its place was not needed because numbers were left out. */
  #forgetBelow(number: number): void {
    const most = this.#numbers.length;
    for (let each = Math.max(this.#oldest, number - most); each < number; each++) {
      const slot = each & this.#mask;
      if (this.#numbers[slot] === each) this.#drop(slot);
    }
    this.#oldest = Math.max(this.#oldest, number);
  }

  #drop(slot: number): void {
    const before = this.#packets[slot];
    if (before === undefined) return;
    this.#bytes -= before.length;
    this.#packets[slot] = undefined;
    this.#numbers[slot] = -1;
  }
}
