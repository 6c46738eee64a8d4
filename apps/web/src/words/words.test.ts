import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { suggestName } from "../state/suggestion.ts";
import { en } from "./en.ts";

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
});
