import { flagOf } from "../state/person.ts";
import { words } from "../words/words.ts";

const names = new Intl.DisplayNames(undefined, { type: "region", fallback: "code" });

/** A country's flag, named for those who can't see it; nothing when the country isn't known. */
export function Flag({ country }: { readonly country: string | undefined }) {
  const flag = flagOf(country);
  if (flag === undefined || country === undefined) return null;
  const name = names.of(country.toUpperCase()) ?? country;
  return (
    <span class="flag" role="img" aria-label={words.chat.from(name)} title={name}>
      {flag}
    </span>
  );
}
