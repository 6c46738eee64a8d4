import { signal } from "@preact/signals";
import { en, type Words } from "./en.ts";
import { type Language, languageFor } from "./languages.ts";

const current = signal<{ readonly words: Words; readonly language: Language }>({
  words: en,
  language: languageFor("en", []),
});

/** The catalogue in use. What reads it while it is shown is shown again in another language when that is chosen. */
export const words: Words = Object.defineProperties(
  {} as Words,
  Object.fromEntries(
    Object.keys(en).map((group) => [
      group,
      { enumerable: true, get: () => current.value.words[group as keyof Words] },
    ]),
  ),
);

/** The language in use: for dates, countries, and the page's `lang` and `dir`. */
export function spoken(): Language {
  return current.value.language;
}

/** Fetched when it is wanted; English is always there. */
const others: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import("./de.ts")).de,
};
let turn = 0;

/** Speaks that language from now on. When its catalogue can't be fetched, everything stays as it is. */
export async function speak(language: Language): Promise<void> {
  turn += 1;
  const mine = turn;
  const fetch = others[language.code];
  const fetched = fetch === undefined ? en : await fetch().catch(() => undefined);
  if (fetched !== undefined && mine === turn) current.value = { words: fetched, language };
}
