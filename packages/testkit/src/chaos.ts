import { type Random, seededRandom } from "./random.ts";

export interface SeedOptions {
  readonly seeds: number;
  readonly kept?: readonly number[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

function seedsOf(options: SeedOptions): readonly number[] {
  const one = options.env["PARLOUR_SEED"];
  const count = Number(options.env["PARLOUR_SEEDS"] ?? options.seeds * factorOf(options.env));
  return one === undefined
    ? [...(options.kept ?? []), ...Array.from({ length: count }, (_, i) => i + 1)]
    : [Number(one)];
}

/** How many times the seeds of every day `PARLOUR_SEEDS_TIMES` asks for: 1 when it is not there. */
const factorOf = (env: SeedOptions["env"]): number => Math.max(1, Number(env["PARLOUR_SEEDS_TIMES"] ?? 1));

/** How long a test of seeds may take, ms: as long as given, and so many times longer as there are more seeds. */
export function seedsTimeout(ms: number, env: SeedOptions["env"]): number {
  return ms * factorOf(env);
}

/**
 * Runs a scenario for each seed and names the seed that failed. `PARLOUR_SEED=n` runs that one alone;
 * `PARLOUR_SEEDS=n` sets how many, `PARLOUR_SEEDS_TIMES=n` how many times as many as without it. Seeds that ever failed stay in `kept`, and always run first.
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
