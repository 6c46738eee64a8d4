/** A set of piece numbers: most significant bit of the first byte is piece 0. */
export interface Bits {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
  /** How many are in it. */
  readonly count: number;
  has(piece: number): boolean;
  /** True when it was not there before. */
  add(piece: number): boolean;
  readonly isFull: boolean;
}

/** `from` is copied; bits beyond `length` in it are left out. */
export function bits(length: number, from?: Uint8Array): Bits {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  let count = 0;
  const set: Bits = {
    bytes,
    length,
    get count() {
      return count;
    },
    has: (piece) => ((bytes[piece >> 3] ?? 0) & (128 >> (piece & 7))) !== 0,
    add(piece) {
      if (piece < 0 || piece >= length || set.has(piece)) return false;
      bytes[piece >> 3] = (bytes[piece >> 3] ?? 0) | (128 >> (piece & 7));
      count++;
      return true;
    },
    get isFull() {
      return count === length;
    },
  };
  if (from)
    for (let piece = 0; piece < length; piece++)
      if (((from[piece >> 3] ?? 0) & (128 >> (piece & 7))) !== 0) set.add(piece);
  return set;
}

export function fullBits(length: number): Bits {
  return bits(length, new Uint8Array(Math.ceil(length / 8)).fill(255));
}
