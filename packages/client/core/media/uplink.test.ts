import { seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { uplinkBits, uplinkShares, type Wanted } from "./uplink.ts";

const shares = (wants: readonly Wanted[], height: number | undefined = 720, isDetail = false) =>
  uplinkShares(wants, height, isDetail);
const full = (n: number) => Array.from({ length: n }, () => undefined);
const sum = (list: readonly { readonly isActive: boolean; readonly maxBitrate: number }[]) =>
  list.reduce((bits, one) => bits + (one.isActive ? one.maxBitrate : 0), 0);

describe("pictures over one uplink", () => {
  it("[M12] gives a single link all it can use, and never more with more links", () => {
    expect(shares(full(1))).toEqual([{ isActive: true, maxBitrate: 2_500_000, scaleDownBy: 1 }]);
    let before = Number.POSITIVE_INFINITY;
    for (let links = 1; links <= 11; links++) {
      const given = shares(full(links));
      expect(new Set(given.map(({ maxBitrate }) => maxBitrate)).size).toBe(1);
      expect(sum(given)).toBeLessThanOrEqual(uplinkBits + links);
      expect(given[0]?.maxBitrate).toBeLessThanOrEqual(before);
      before = given[0]?.maxBitrate ?? 0;
    }
    expect(before).toBeGreaterThan(300_000);
    // Twelve people: small enough to look good with what there is.
    expect(shares(full(11))[0]?.scaleDownBy).toBe(1.5);
  });

  it("[M12] takes from who shows it small and gives to who shows it large", () => {
    const [large, ...small] = shares([undefined, 120, 120, 120, 120, 120, 120]);
    expect(large).toEqual({ isActive: true, maxBitrate: 2_500_000, scaleDownBy: 1 });
    for (const one of small) expect(one).toEqual({ isActive: true, maxBitrate: 100_000, scaleDownBy: 6 });
  });

  it("[M13] pauses what nobody looks at, and counts it for nothing", () => {
    expect(shares([0, undefined])).toEqual([
      { isActive: false, maxBitrate: 100_000, scaleDownBy: 1 },
      { isActive: true, maxBitrate: 2_500_000, scaleDownBy: 1 },
    ]);
    expect(shares([0, 0]).some(({ isActive }) => isActive)).toBe(false);
    expect(shares([])).toEqual([]);
  });

  it("[M12] sends no more pixels than are shown, and none that were not there", () => {
    const scale = (wanted: Wanted, height?: number) => shares([wanted], height)[0]?.scaleDownBy;
    expect(scale(720, 720)).toBe(1);
    expect(scale(1080, 720)).toBe(1);
    expect(scale(360, 720)).toBe(2);
    expect(scale(400, 720)).toBe(1.5);
    expect(scale(60, 720)).toBe(8);
    expect(scale(360, 240)).toBe(1);
    expect(uplinkShares([360], undefined, false)[0]?.scaleDownBy).toBe(1);
  });

  it("[M12] keeps a screen sharp however little there is for it", () => {
    expect(shares(full(11), 1080, true)[0]?.scaleDownBy).toBe(1);
    expect(shares([180], 1080, true)[0]?.scaleDownBy).toBe(6);
  });

  it("[M12] stays within the budget, but for what is too little to send, whatever is wanted", () => {
    const random = seededRandom(7);
    for (let run = 0; run < 500; run++) {
      const wants = Array.from({ length: random.int(1, 30) }, () =>
        random.pick<Wanted>([undefined, 0, random.int(1, 4320)]),
      );
      const given = shares(wants, random.pick([undefined, 90, 480, 720, 2160]) as number, random.chance(0.5));
      expect(sum(given)).toBeLessThanOrEqual(uplinkBits + 100_000 * wants.length);
      for (const [i, one] of given.entries()) {
        expect(one.isActive).toBe(wants[i] !== 0);
        expect(one.maxBitrate).toBeGreaterThanOrEqual(100_000);
        expect(one.maxBitrate).toBeLessThanOrEqual(2_500_000);
        expect(one.scaleDownBy).toBeGreaterThanOrEqual(1);
      }
    }
  });
});
