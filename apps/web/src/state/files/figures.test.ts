import { describe, expect, it } from "vitest";
import { leftText, shareText, sizeText, speedText, timeText } from "./figures.ts";

describe("figures about files", () => {
  it("[W82] sizes have three figures at most, and the unit people know", () => {
    const sizes = [0, 1, 999, 1000, 1_234_567, 12_345_678, 999_499_999, 999_600_000, 10 * 1024 ** 3, 5e15];
    expect(sizes.map(sizeText)).toEqual([
      "0 bytes",
      "1 byte",
      "999 bytes",
      "1 kB",
      "1.23 MB",
      "12.3 MB",
      "999 MB",
      "1 GB",
      "10.7 GB",
      "5,000 TB",
    ]);
    expect(speedText(18_234_567)).toBe("18.2 MB/s");
    expect(speedText(3)).toBe("1 kB/s");
  });

  it("[W82] the time left comes in steps, and not at all when nobody can say", () => {
    expect([1, 12, 61, 120, 3_000, 7_200, 9_000, 200_000].map(timeText)).toEqual([
      "10 seconds",
      "20 seconds",
      "70 seconds",
      "2 minutes",
      "50 minutes",
      "2 hours",
      "2.5 hours",
      "2 days",
    ]);
    expect([leftText(undefined), leftText(Number.POSITIVE_INFINITY), leftText(3)]).toEqual([
      undefined,
      undefined,
      "a few seconds left",
    ]);
    expect(leftText(61)).toBe("70 seconds left");
  });

  it("[W82] nothing is all there before it is", () => {
    expect([shareText(0, 10), shareText(9_999, 10_000), shareText(10, 10), shareText(0, 0)]).toEqual([
      "0%",
      "99%",
      "100%",
      "100%",
    ]);
  });
});
