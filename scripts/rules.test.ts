import { describe, expect, it } from "vitest";

// Plain JavaScript, so that it runs before anything is installed; its types are its comments.
const { compare, rulesIn, rulesNamedIn } = (await import("./rules.mjs" as string)) as {
  compare: (
    specs: { path: string; text: string }[],
    tests: { path: string; text: string }[],
  ) => { complaints: string[]; rules: number };
  rulesIn: (text: string) => { rule: string; line: number }[];
  rulesNamedIn: (text: string) => { rule: string; line: number }[];
};

// Put together, so that the script does not take these for rules named by this file.
const title = (...rules: string[]) => `it("${rules.map((rule) => `[${rule}]`).join("")} does")`;
const spec = (...rules: string[]) => ({
  path: "spec.md",
  text: rules.map((rule) => `- **[${rule}]** text`).join("\n"),
});
const test = (...rules: string[]) => ({
  path: "x.test.ts",
  text: rules.map((rule) => title(rule)).join("\n"),
});

describe("rules and tests", () => {
  it("are found where they stand", () => {
    expect(rulesIn(`# A\n\n- **[A1]** x, see [A2]\n  - **[A10]** y\n`)).toEqual([
      { rule: "A1", line: 3 },
      { rule: "A10", line: 4 },
    ]);
    expect(rulesNamedIn(`\n  ${title("A1", "B2")}\n const x = list[A3];`).map(({ rule }) => rule)).toEqual([
      "A1",
      "B2",
    ]);
  });

  it("agree when each rule has a test", () => {
    expect(compare([spec("A1", "A2")], [test("A1"), test("A2", "A1")])).toEqual({ complaints: [], rules: 2 });
  });

  it("are told apart when one is missing, unknown or there twice", () => {
    expect(compare([spec("A1")], []).complaints).toEqual(["spec.md:1 [A1] has no test"]);
    expect(compare([], [test("A1")]).complaints).toEqual([
      "x.test.ts:1 names [A1], which no file in docs/spec has",
    ]);
    expect(compare([spec("A1"), spec("A1")], [test("A1")]).complaints).toEqual([
      "spec.md:1 [A1] is a number already taken by spec.md:1",
    ]);
  });
});
