/** Pieces of memory that are cut off one after the other; each lives as long as anybody has it. */
const slabBytes = 256 * 1024;

/** Memory for many small packets that may be kept: far cheaper than asking for each. */
export class Slab {
  #memory = new Uint8Array(0);
  #at = 0;

  readonly take = (bytes: number): Uint8Array => {
    if (this.#at + bytes > this.#memory.length) {
      this.#memory = new Uint8Array(Math.max(slabBytes, bytes));
      this.#at = 0;
    }
    this.#at += bytes;
    return this.#memory.subarray(this.#at - bytes, this.#at);
  };
}
