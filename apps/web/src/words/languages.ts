/** A language that the page speaks. */
export interface Language {
  readonly code: string;
  /** In the language itself. */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
}

/** Another language: its catalogue beside `en.ts`, a line here, and one in `words.ts`. */
export const languages: readonly Language[] = [
  { code: "en", name: "English", direction: "ltr" },
  { code: "de", name: "Deutsch", direction: "ltr" },
];
const english: Language = { code: "en", name: "English", direction: "ltr" };

/** The chosen language, or the first one of the browser's that the page speaks; English otherwise. */
export function languageFor(chosen: string, browsers: readonly string[]): Language {
  for (const wanted of [chosen, ...browsers]) {
    // `de-AT` is served by `de`.
    const [code] = wanted.toLowerCase().split("-");
    const found = languages.find((language) => language.code === code);
    if (found !== undefined) return found;
  }
  return english;
}
