import { describe, expect, it } from "vitest";
import { safeName, safePaths } from "./names.ts";

describe("names from elsewhere", () => {
  it.each([
    ["report.pdf", "report.pdf"],
    ["..", "_"],
    ["", "_"],
    ["a/b\\c", "a_b_c"],
    ["photo\u202egpj.exe", "photogpj.exe"],
    ["line\nfeed\u0000", "linefeed"],
    ["CON", "_CON"],
    ["aux.txt", "_aux.txt"],
    ["trailing. . ", "trailing"],
    ["  leading", "leading"],
    ["e\u0301", "é"],
    ["\ud800lone", "_lone"],
    [".hidden", ".hidden"],
  ])("[F2] %j becomes %j", (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it("[F2] long names are cut before their ending", () => {
    const long = safeName(`${"x".repeat(500)}.tar.gz`);
    expect(long.length).toBe(120);
    expect(long.endsWith(".gz")).toBe(true);
    const wide = safeName(`${"漢".repeat(500)}.txt`);
    expect(Buffer.byteLength(wide)).toBeLessThanOrEqual(240);
    expect(wide.endsWith("漢.txt")).toBe(true);
  });

  it("[F2] no two are alike, capitals aside, and none is both file and folder", () => {
    expect(safePaths([["a.txt"], ["A.TXT"], ["a.txt"], ["a?.txt"], ["a_.txt"]])).toEqual([
      ["a.txt"],
      ["A (2).TXT"],
      ["a (3).txt"],
      ["a_.txt"],
      ["a_ (2).txt"],
    ]);
    expect(safePaths([["x"], ["x", "y"], ["..", "y"], [".", "y"]])).toEqual([
      ["x (2)"],
      ["x", "y"],
      ["_", "y"],
      ["_", "y (2)"],
    ]);
  });

  it("[F2] many of one name take no longer than their number", () => {
    const many = safePaths(Array.from({ length: 20_000 }, () => ["same.txt"]));
    expect(new Set(many.map(String)).size).toBe(20_000);
  });
});
