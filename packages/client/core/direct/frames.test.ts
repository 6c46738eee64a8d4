import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Collected, codesOf, collect, lettersPerCode } from "./frames.ts";

/** What is there after these codes were read. */
function readAll(codes: readonly string[]): string | undefined {
  let collected: Collected | undefined;
  for (const code of codes) {
    const step = collect(collected, code);
    if (step.text !== undefined) return step.text;
    collected = step.collected;
  }
  return undefined;
}

const long = `https://meet.example.org/direct#INV1${"abcdefghij".repeat(120)}`;

describe("the codes of a text", () => {
  it("[O8] are one that holds the text itself, where it fits", () => {
    const text = "x".repeat(lettersPerCode);
    expect(codesOf(text)).toEqual([text]);
    expect(collect(undefined, text).text).toBe(text);
  });

  it("[O8] are several of a like size for a long one, read in any order and more than once", () => {
    const codes = codesOf(long);
    expect(codes.length).toBe(4);
    for (const code of codes) expect(code.length).toBeLessThanOrEqual(lettersPerCode + 10);
    fc.assert(
      fc.property(fc.array(fc.nat(codes.length - 1), { maxLength: 12 }), (seen) => {
        const read = seen.map((i) => codes[i] as string);
        const isAll = new Set(seen).size === codes.length;
        expect(readAll(read)).toBe(isAll ? long : undefined);
      }),
    );
  });

  it("[O8] of two texts do not mix, and a misread one begins anew", () => {
    const [one, other] = [codesOf(long), codesOf(long.replaceAll("j", "k"))];
    expect(readAll([...one.slice(0, 2), ...other])).toBe(long.replaceAll("j", "k"));
    const misread = (one[3] as string).replace("abc", "abd");
    expect(readAll([...one.slice(0, 3), misread])).toBeUndefined();
    expect(readAll([...one.slice(0, 3), misread, ...one])).toBe(long);
    expect(collect(undefined, `FRM1z2abcdrest`)).toEqual({ collected: undefined });
  });
});
