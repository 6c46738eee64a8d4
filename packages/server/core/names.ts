import { limits } from "@parlour/protocol";

/**
 * What two names are compared by: compatibility forms folded (NFKC, UAX 15), then case. Upper before lower case is
 * the nearest to Unicode's full case folding that the language has: it makes ß and SS, ς and σ the same.
 */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

/** The wanted name, or the first of "Ada 2", "Ada 3", … that nobody has. Stays within the length of a name. */
export function toldApart(wanted: string, taken: readonly string[]): string {
  const keys = new Set(taken.map(nameKey));
  if (!keys.has(nameKey(wanted))) return wanted;
  // Each round rules out at most one taken name, so one of these is free.
  for (let n = 2; n <= taken.length + 1; n++) {
    const name = numbered(wanted, n);
    if (!keys.has(nameKey(name))) return name;
  }
  return numbered(wanted, taken.length + 2);
}

/** Whether `name` is what somebody who wants `wanted` may have been given. */
export function isFormOf(name: string, wanted: string): boolean {
  if (nameKey(name) === nameKey(wanted)) return true;
  const number = / (\d+)$/.exec(name)?.[1];
  return number !== undefined && nameKey(numbered(wanted, Number(number))) === nameKey(name);
}

function numbered(name: string, n: number): string {
  const suffix = ` ${n}`;
  const room = limits.nameCharacters - suffix.length;
  return [...name].slice(0, room).join("").trimEnd() + suffix;
}
