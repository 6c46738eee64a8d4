import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { directDe } from "./direct-de.ts";
import { directEn } from "./direct-en.ts";

const folder = fileURLToPath(new URL("../direct", import.meta.url));
const code = readdirSync(folder)
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
  .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
  .join("\n");

/** Every string, and what every function makes of plain arguments, by its place. */
const flat = (value: unknown, place: string): readonly (readonly [string, string])[] => {
  if (typeof value === "string") return [[place, value]];
  if (typeof value === "function") return [[`${place}()`, String(value(2, 3))]];
  return Object.entries(value as object).flatMap(([key, inner]) => flat(inner, `${place}.${key}`));
};

describe("the words of /direct", () => {
  it("[O25] are complete in German: the same places, nothing empty, nothing left in English", () => {
    const english = new Map(flat(directEn, ""));
    const german = flat(directDe, "");
    expect(german.map(([place]) => place)).toEqual([...english.keys()]);
    expect(german.filter(([, text]) => text.trim() === "")).toEqual([]);
    expect(german.filter(([place, text]) => english.get(place) === text)).toEqual([]);
  });

  it("[O25] are all used", () => {
    const unused = Object.keys(directEn).filter(
      (key) => !new RegExp(`\\.${key}\\b|\\b${key}\\b[^{}]*\\} = directWords`).test(code),
    );
    expect(unused).toEqual([]);
  });
});
