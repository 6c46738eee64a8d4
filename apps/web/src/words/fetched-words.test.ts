import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { numbersDe } from "./numbers-de.ts";
import { numbersEn } from "./numbers-en.ts";
import { wayDe } from "./way-de.ts";
import { wayEn } from "./way-en.ts";

/** Small catalogues, each fetched with the part that speaks it. */
const fetched = [
  ["passing on", wayEn, wayDe, "way-part"],
  ["a link's numbers", numbersEn, numbersDe, "connection-dialog"],
] as const;

it.each(fetched)(
  "[X138][W54] the words about %s are complete in German, none is left in English, and all are used",
  (_, en, de, file) => {
    const said = (words: object) =>
      Object.entries(words).map(([key, value]): [string, string] => [
        key,
        typeof value === "function" ? (value as unknown as (what: never) => string)(2 as never) : value,
      ]);
    const english = new Map(said(en));
    const german = said(de);
    expect(german.map(([key]) => key)).toEqual([...english.keys()]);
    expect(german.filter(([key, text]) => text.trim() === "" || english.get(key) === text)).toEqual([]);
    const part = readFileSync(new URL(`../parts/${file}.tsx`, import.meta.url), "utf8");
    expect(
      [...english.keys()].filter(
        (key) => !new RegExp(`words\\.${key}\\b|\\{[^}]*\\b${key}\\b[^}]*\\} = numbersWords`).test(part),
      ),
    ).toEqual([]);
  },
);
