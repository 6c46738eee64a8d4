import { type Random, seededRandom } from "./random.ts";

/**
 * Runs a scenario for each seed and names the seed that failed. `PARLOUR_SEED=n` runs that one alone;
 * `PARLOUR_SEEDS=n` sets how many. Seeds that ever failed stay in `kept`, and always run first.
 */
export function runSeeds(
  options: {
    readonly seeds: number;
    readonly kept?: readonly number[];
    readonly env: Readonly<Record<string, string | undefined>>;
  },
  scenario: (random: Random, seed: number) => void,
): number {
  const one = options.env["PARLOUR_SEED"];
  const count = Number(options.env["PARLOUR_SEEDS"] ?? options.seeds);
  const seeds =
    one === undefined
      ? [...(options.kept ?? []), ...Array.from({ length: count }, (_, i) => i + 1)]
      : [Number(one)];
  for (const seed of seeds) {
    try {
      scenario(seededRandom(seed), seed);
    } catch (error) {
      throw new Error(`seed ${seed} failed; run it alone with PARLOUR_SEED=${seed}`, { cause: error });
    }
  }
  return seeds.length;
}
