import { flagOf } from "../state/person.ts";
import { spoken, words } from "../words/words.ts";

const names = (language: string) => new Intl.DisplayNames(language, { type: "region", fallback: "code" });

/** A country's flag, named for those who can't see it; nothing when the country isn't known. */
export function Flag({ country }: { readonly country: string | undefined }) {
  const flag = flagOf(country);
  if (flag === undefined || country === undefined) return null;
  const name = names(spoken().code).of(country.toUpperCase()) ?? country;
  return (
    <span class="flag" role="img" aria-label={words.chat.from(name)} title={name}>
      {flag}
    </span>
  );
}
