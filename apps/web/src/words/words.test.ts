import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { suggestName } from "../state/suggestion.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { languageFor } from "./languages.ts";
import { speak, spoken, words } from "./words.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.ts$/.test(path) && !path.startsWith("words"))
  .map((path) => ({ path, text: readFileSync(`${folder}/${path}`, "utf8") }));
/** Sources with line breaks inside a chain of names joined. */
const code = sources.map(({ text }) => text).join("\n");

/** The last names under which a group of words is used, such as `const { devices } = words`. */
function isUsed(group: string, key: string): boolean {
  return (
    new RegExp(`\\b${group}\\.${key}\\b`).test(code) ||
    new RegExp(`const \\{[^}]*\\b${key}\\b[^}]*\\} = words\\.${group}\\b`).test(code)
  );
}

describe("the catalogue of words", () => {
  it("[W38] has no word that the page does not use", () => {
    const unused = Object.entries(en).flatMap(([group, entries]) =>
      Object.keys(entries)
        .filter((key) => !isUsed(group, key))
        .map((key) => `${group}.${key}`),
    );
    expect(unused).toEqual([]);
  });

  it("[W38] is the only place with words: no sentence stands in a component", () => {
    const spoken = sources
      .filter(({ path }) => path.endsWith(".tsx"))
      .flatMap(({ path, text }) =>
        text
          .split("\n")
          .filter(
            (line) => /^\s+[A-Z][a-z]+ [a-z]+.*[a-z.!?]$/.test(line) || />[A-Z][a-z]+[^<>{}]*<\//.test(line),
          )
          .map((line) => `${path}: ${line.trim()}`),
      )
      .filter((line) => !/: (\/\/|\*)/.test(line));
    expect(spoken).toEqual([]);
  });

  it("has names to offer, each of two words", () => {
    expect(suggestName(() => 0)).toBe("Amber Badger");
    expect(suggestName((choices) => choices - 1)).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  /** Every string, and what every function makes of plain arguments, by its place. */
  const flat = (value: unknown, place: string): readonly (readonly [string, string])[] => {
    if (typeof value === "string") return [[place, value]];
    if (typeof value === "function") return [[`${place}()`, String(value(2, 3))]];
    return Object.entries(value as object).flatMap(([key, inner]) => flat(inner, `${place}.${key}`));
  };

  it("[W54] is complete in every language: the same places, nothing empty, nothing left in English", () => {
    const english = new Map(flat(en, ""));
    const german = flat(de, "");
    expect(german.map(([place]) => place)).toEqual([...english.keys()]);
    expect(german.filter(([, text]) => text.trim() === "")).toEqual([]);
    const same = german.filter(([place, text]) => english.get(place) === text).map(([, text]) => text);
    // Names, and words that German has taken over.
    const taken = [
      "Parlour",
      "--tls self",
      "Windows",
      "macOS",
      "Android",
      "Linux (Chrome)",
      "Chat",
      "Code",
      "Emoji",
      "Esc",
      "2: 3",
    ];
    expect([...new Set(same)].filter((text) => !taken.includes(text))).toEqual([]);
  });

  it("[W54] says du to everyone in German, on every screen", () => {
    const formal = /\b[a-zäöüß]+en Sie\b|\b(?:für|dass|hält) Sie\b|\bIhnen\b|\bIhre[mn]\b/;
    const files = ["./", "./inspector/"].flatMap((folder) =>
      readdirSync(new URL(folder, import.meta.url))
        .filter((name) => name.endsWith("de.ts"))
        .map((name) => new URL(folder + name, import.meta.url)),
    );
    expect(files.length).toBeGreaterThan(8);
    const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n"));
    expect(lines.filter((line) => formal.test(line))).toEqual([]);
  });

  it("[W54] follows the browser's languages unless one is chosen", () => {
    expect(languageFor("", ["fr-CH", "de-CH", "en"]).code).toBe("de");
    expect(languageFor("en", ["de"]).code).toBe("en");
    expect(languageFor("", ["fr"]).code).toBe("en");
    expect(languageFor("xx", []).code).toBe("en");
  });

  it("[W54] changes as a whole, and the last choice wins", async () => {
    expect(words.call.mute).toBe("Mute");
    const slow = speak(languageFor("de", []));
    await speak(languageFor("en", []));
    await slow;
    expect([spoken().code, words.call.mute]).toEqual(["en", "Mute"]);
    await speak(languageFor("de", []));
    expect([spoken().code, words.call.mute]).toEqual(["de", "Stumm schalten"]);
    expect(suggestName(() => 1)).toBe("Flinker Dachs");
    await speak(languageFor("en", []));
  });
});
