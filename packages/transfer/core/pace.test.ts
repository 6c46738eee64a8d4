import { describe, expect, it } from "vitest";
import { firstPace, paced, paceLimits } from "./pace.ts";

describe("the pace of files beside a call", () => {
  it("[F27] is a third less when the call waits or loses, and grows while it does not", () => {
    let pace = firstPace;
    for (let i = 0; i < 10; i++) pace = paced(pace, { rttMs: 20, lost: 0 });
    expect(pace.bytesPerSecond).toBeGreaterThan(4 * paceLimits.first);
    const before = pace.bytesPerSecond;
    expect(paced(pace, { rttMs: 75, lost: 0 }).bytesPerSecond).toBe(before * 0.67);
    expect(paced(pace, { rttMs: 20, lost: 0.05 }).bytesPerSecond).toBe(before * 0.67);
    for (let i = 0; i < 100; i++) pace = paced(pace, { rttMs: 500, lost: 0.5 });
    expect(pace.bytesPerSecond).toBe(paceLimits.least);
    for (let i = 0; i < 300; i++) pace = paced(pace, { rttMs: 20, lost: 0 });
    expect(pace.bytesPerSecond).toBe(paceLimits.most);
  });

  it("[F27] goes up with care from where the call felt it last, and stays near there", () => {
    const line = 1_000_000;
    let pace = firstPace;
    let felt = 0;
    let sum = 0;
    // A line that keeps what is too much: what a report's second brought beyond it waits.
    for (let i = 0; i < 400; i++) {
      const over = Math.max(0, pace.bytesPerSecond - line) / line;
      if (over > 0.03) felt++;
      if (i >= 100) sum += Math.min(line, pace.bytesPerSecond);
      pace = paced(pace, { rttMs: 20 + over * 1000, lost: 0 });
    }
    expect(felt).toBeLessThan(400 / 7);
    expect(sum / 300).toBeGreaterThan(0.7 * line);
  });
});
