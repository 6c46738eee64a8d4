import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL(".", import.meta.url);
const sheets = readdirSync(folder).filter((name) => name.endsWith(".css"));

describe("style sheets", () => {
  it("[W60] know start and end, never left and right", () => {
    const sided =
      /(?:^|[\s;{])(?:left|right|(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|float)\s*:|text-align:\s*(?:left|right)/;
    const found = sheets.flatMap((name) =>
      readFileSync(new URL(name, folder), "utf8")
        .split("\n")
        .flatMap((line, index) => (sided.test(line) ? [`${name}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(sheets.length).toBeGreaterThan(4);
    expect(found).toEqual([]);
  });

  it("[W60] name no two different sides in one line", () => {
    const uneven = sheets.flatMap((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      return [...text.matchAll(/([^{}]+)\{[^{}]*?(?:margin|padding|inset):\s*([^;]+);/g)].flatMap(
        ([, selector = "", value = ""]) => {
          const sides = value.match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];
          const isUneven = sides.length === 4 && sides[1] !== sides[3];
          return isUneven ? [`${name}: ${selector.trim()}`] : [];
        },
      );
    });
    expect(uneven).toEqual([]);
  });
});
