import { words } from "../words/words.ts";

/** A friendly two-word name to offer. `pick(n)` gives a whole number from 0 to n - 1; it names nobody and guards nothing. */
export function suggestName(pick: (choices: number) => number): string {
  const { first, second } = words.names;
  return [first, second]
    .map((list) => {
      const choices = list.split(" ");
      return choices[pick(choices.length)] ?? "";
    })
    .join(" ");
}
