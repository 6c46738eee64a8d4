import { animals, tempers } from "./words.ts";

/** A name for who brings none: "Quiet Otter". `pick(n)` draws a whole number in [0, n). */
export function twoWordName(pick: (n: number) => number): string {
  return `${tempers[pick(tempers.length)] ?? tempers[0]} ${animals[pick(animals.length)] ?? animals[0]}`;
}
