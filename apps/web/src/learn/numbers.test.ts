import { describe, expect, it } from "vitest";
import { arrived, noArrivals, numberIn } from "./numbers.ts";

describe("numbers that arrive", () => {
  it("[B14] are counted, with those out of order and the longest pause", () => {
    const times: readonly (readonly [number, number])[] = [
      [1, 10],
      [3, 15],
      [2, 95],
      [4, 100],
    ];
    const all = times.reduce((before, [number, at]) => arrived(before, number, at), noArrivals);
    expect(all).toMatchObject({ count: 4, outOfOrder: 1, longestPauseMs: 80, largest: 4 });
    expect(["#17", "# 17", "17", "#", "hello #1"].map(numberIn)).toEqual([17, ...Array(4).fill(undefined)]);
  });
});
