/** Chance that a seed decides: the same seed gives the same run. Never for secrets. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [min, max]. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** An independent source derived from this one, so that one part's draws don't move another's. */
  fork(): Random;
}

/** sfc32, seeded from one 32-bit number. */
export function seededRandom(seed: number): Random {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
  const draw = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 16; i++) draw();
  const random: Random = {
    next: () => draw() / 2 ** 32,
    int: (min, max) => min + Math.floor(random.next() * (max - min + 1)),
    chance: (probability) => random.next() < probability,
    pick: (items) => {
      if (items.length === 0) throw new Error("pick from nothing");
      return items[random.int(0, items.length - 1)] as (typeof items)[number];
    },
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i--) {
        const j = random.int(0, i);
        [result[i], result[j]] = [result[j] as (typeof items)[number], result[i] as (typeof items)[number]];
      }
      return result;
    },
    bytes: (length) => Uint8Array.from({ length }, () => draw() & 255),
    fork: () => seededRandom(draw()),
  };
  return random;
}
