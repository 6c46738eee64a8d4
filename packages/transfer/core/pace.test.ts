import { describe, expect, it } from "vitest";
import { firstPace, paced, paceLimits } from "./pace.ts";

describe("the pace of files beside a call", () => {
  it("[F27] halves when the call waits or loses, and grows while it does not", () => {
    let pace = firstPace;
    for (let i = 0; i < 10; i++) pace = paced(pace, { rttMs: 20, lost: 0 });
    expect(pace.bytesPerSecond).toBeGreaterThan(4 * paceLimits.first);
    const before = pace.bytesPerSecond;
    expect(paced(pace, { rttMs: 75, lost: 0 }).bytesPerSecond).toBe(before / 2);
    expect(paced(pace, { rttMs: 20, lost: 0.05 }).bytesPerSecond).toBe(before / 2);
    for (let i = 0; i < 100; i++) pace = paced(pace, { rttMs: 500, lost: 0.5 });
    expect(pace.bytesPerSecond).toBe(paceLimits.least);
    for (let i = 0; i < 200; i++) pace = paced(pace, { rttMs: 20, lost: 0 });
    expect(pace.bytesPerSecond).toBe(paceLimits.most);
  });
});
