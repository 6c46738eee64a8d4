import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name, { light, dark }] as const,
  ),
);
type Theme = "light" | "dark";

function colour(name: string, theme: Theme): string {
  const value = tokens.get(name)?.[theme];
  if (value === undefined) throw new Error(`There is no colour --${name}.`);
  return value;
}

/** Relative luminance and contrast (WCAG 2.2, section 5). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string, theme: Theme): number {
  const [a, b] = [luminance(colour(one, theme)), luminance(colour(other, theme))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const text: readonly (readonly [string, readonly string[]])[] = [
  ["ink", ["paper", "surface", "stage", "tint-0", "tint-1", "tint-2", "tint-3", "tint-4", "tint-5"]],
  ["ink-soft", ["paper", "surface", "stage"]],
  ["ember", ["surface"]],
  ["brick", ["paper", "surface", "stage"]],
  ["on-ember", ["ember"]],
  ["on-brick", ["brick"]],
];
const controls: readonly (readonly [string, readonly string[]])[] = [
  ["edge", ["paper", "surface", "stage"]],
  ["ember", ["paper", "surface", "stage"]],
  ["moss", ["paper", "surface"]],
  ["honey", ["surface", "stage"]],
];

describe("colours", () => {
  it.each(["light", "dark"] as const)(
    "[W39] have contrast enough in %s: 4.5 for text, 3 for controls",
    (theme) => {
      const tooFaint = [
        ...text.map((pair) => ({ pair, least: 4.5 })),
        ...controls.map((pair) => ({ pair, least: 3 })),
      ].flatMap(({ pair: [front, backs], least }) =>
        backs
          .map((back) => ({ on: `${front} on ${back}`, ratio: contrast(front, back, theme), least }))
          .filter(({ ratio }) => ratio < least),
      );
      expect(tooFaint).toEqual([]);
    },
  );
});
