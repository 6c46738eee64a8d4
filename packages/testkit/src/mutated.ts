import type { Random } from "./random.ts";

/** A copy of JSON-like data with one place in it, at some depth, taken away or replaced by one of `junk`. */
export function mutated(
  random: Random,
  value: Readonly<Record<string, unknown>>,
  junk: readonly unknown[],
): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  let at = copy;
  for (let depth = 0; depth < 4; depth++) {
    const inner = Object.values(at).filter((held) => typeof held === "object" && held !== null);
    if (inner.length === 0 || random.chance(0.3)) break;
    at = random.pick(inner) as Record<string, unknown>;
  }
  const keys = Object.keys(at);
  if (keys.length === 0) return copy;
  const key = random.pick(keys);
  if (random.chance(0.2) && !Array.isArray(at)) delete at[key];
  else at[key] = random.pick(junk);
  return copy;
}
