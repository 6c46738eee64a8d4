import { type Random, seededRandom } from "./random.ts";

export interface SeedOptions {
  readonly seeds: number;
  readonly kept?: readonly number[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

function seedsOf(options: SeedOptions): readonly number[] {
  const one = options.env["PARLOUR_SEED"];
  const count = Number(options.env["PARLOUR_SEEDS"] ?? options.seeds);
  return one === undefined
    ? [...(options.kept ?? []), ...Array.from({ length: count }, (_, i) => i + 1)]
    : [Number(one)];
}

/**
 * Runs a scenario for each seed and names the seed that failed. `PARLOUR_SEED=n` runs that one alone;
 * `PARLOUR_SEEDS=n` sets how many. Seeds that ever failed stay in `kept`, and always run first.
 */
export function runSeeds(options: SeedOptions, scenario: (random: Random, seed: number) => void): number {
  const seeds = seedsOf(options);
  for (const seed of seeds) {
    try {
      scenario(seededRandom(seed), seed);
    } catch (error) {
      throw new Error(`seed ${seed} failed; run it alone with PARLOUR_SEED=${seed}`, { cause: error });
    }
  }
  return seeds.length;
}

/** As `runSeeds`, for scenarios that wait for promises; one after the other. */
export async function runSeedsAsync(
  options: SeedOptions,
  scenario: (random: Random, seed: number) => Promise<void>,
): Promise<number> {
  const seeds = seedsOf(options);
  for (const seed of seeds) {
    try {
      await scenario(seededRandom(seed), seed);
    } catch (error) {
      throw new Error(`seed ${seed} failed; run it alone with PARLOUR_SEED=${seed}`, { cause: error });
    }
  }
  return seeds.length;
}
