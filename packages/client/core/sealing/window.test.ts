import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replayWindow, windowFrames } from "./window.ts";

describe("the replay window", () => {
  it("[Z11] takes each counter once, in any order within its length, and nothing older", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 * windowFrames }), { maxLength: 200 }), (counters) => {
        const window = replayWindow();
        const taken = new Set<number>();
        let newest = -1;
        for (const counter of counters) {
          expect(window.isFresh(counter)).toBe(!taken.has(counter) && counter > newest - windowFrames);
          if (!window.isFresh(counter)) continue;
          window.take(counter);
          taken.add(counter);
          newest = Math.max(newest, counter);
        }
        expect(window.newest).toBe(newest);
      }),
    );
  });
});
