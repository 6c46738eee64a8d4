import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignPlaces } from "./assign.ts";
import { chooseLayers, type WantedPicture } from "./layers.ts";
import { Loudness, loudest } from "./speakers.ts";

const layer = (height: number, bits: number, isFlowing = true) => ({ height, bits, isFlowing });
const camera = [layer(180, 150_000), layer(360, 500_000), layer(720, 1_500_000)];
const wanted = (height: number, current = -1, layers = camera): WantedPicture => ({
  layers,
  height,
  current,
});

describe("layers", () => {
  it("[X16] are as high as a picture is shown, while they fit", () => {
    const heights = [90, 180, 360, 400, 720, 2_000];
    expect(
      chooseLayers(
        heights.map((height) => wanted(height)),
        1e9,
      ),
    ).toEqual({ chosen: [0, 0, 1, 1, 2, 2], isShort: false });
  });

  it("[X16] grow most important picture first; each has its smallest before one grows, and the first has it in any case", () => {
    const three = [wanted(720), wanted(720), wanted(720)];
    expect(chooseLayers(three, 2_100_000)).toEqual({ chosen: [2, 0, 0], isShort: true });
    expect(chooseLayers(three, 1_000_000)).toEqual({ chosen: [1, 0, 0], isShort: true });
    expect(chooseLayers(three, 400_000)).toEqual({ chosen: [0, 0, -1], isShort: true });
    expect(chooseLayers(three, 1_000)).toEqual({ chosen: [0, -1, -1], isShort: true });
  });

  it("[X16] that flow stay where a new one would not be begun", () => {
    expect(chooseLayers([wanted(720)], 1_600_000).chosen).toEqual([1]);
    expect(chooseLayers([wanted(720, 2)], 1_600_000).chosen).toEqual([2]);
    expect(chooseLayers([wanted(720, 2)], 1_400_000).chosen).toEqual([1]);
  });

  it("[X16] that do not come are passed over", () => {
    const withoutTop = [layer(180, 150_000), layer(360, 500_000), layer(720, 0, false)];
    expect(chooseLayers([wanted(720, 2, withoutTop)], 1e9).chosen).toEqual([1]);
    expect(chooseLayers([wanted(720, -1, [layer(0, 0, false)]), wanted(720)], 1e9).chosen).toEqual([-1, 2]);
  });

  it("[X16] never cost more than there is, but for the first", () => {
    const picture = fc.record({
      layers: fc.array(
        fc.record({
          height: fc.constantFrom(0, 180, 360),
          bits: fc.integer({ min: 1, max: 1e6 }),
          isFlowing: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
      height: fc.nat(1_000),
      current: fc.integer({ min: -1, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 10 }), fc.nat(3e6), (pictures, budget) => {
        const { chosen } = chooseLayers(pictures, budget);
        const bits = chosen.map((index, at) => (index < 0 ? 0 : (pictures[at]?.layers[index]?.bits ?? 0)));
        const first = bits.findIndex((one) => one > 0);
        const sum = bits.reduce((a, b) => a + b, 0);
        expect(sum).toBeLessThanOrEqual(Math.max(budget, bits[first] ?? 0));
        for (const [at, index] of chosen.entries())
          if (index >= 0) expect(pictures[at]?.layers[index]?.isFlowing).toBe(true);
      }),
    );
  });
});

it("[X18] nothing moves from one place to another, each thing has one place, and the most important have one", () => {
  const things = fc.uniqueArray(fc.nat(12), { maxLength: 10 });
  fc.assert(
    fc.property(
      fc.array(things, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (rounds, count) => {
        const places = Array.from({ length: count }, (_, index) => index);
        let now = new Map<number, number | undefined>();
        for (const wantedNow of rounds) {
          const most = wantedNow.slice(0, count);
          const next = assignPlaces(
            places,
            (place) => now.get(place),
            most,
            () => true,
          );
          const there = [...next.values()].filter((thing) => thing !== undefined);
          expect([...there].sort()).toEqual([...most].sort());
          for (const [place, thing] of now)
            if (thing !== undefined && most.includes(thing)) expect(next.get(place)).toBe(thing);
          now = next;
        }
      },
    ),
  );
});

describe("loudness", () => {
  it("[X19] rises at once, falls slowly, and is nothing when packets stop", () => {
    const loudness = new Loudness();
    for (let now = 0; now <= 400; now += 200) loudness.update(20, now, now);
    expect(loudness.isSpeaking).toBe(true);
    loudness.update(127, 600, 600);
    expect(loudness.isSpeaking).toBe(true);
    for (let now = 800; now <= 5_000; now += 200) loudness.update(20, 600, now);
    expect(loudness.score).toBe(0);
  });

  it("[X19] decides who is heard when places run out, with favour for who is heard already", () => {
    const sources = [40, 60, 65, 90]
      .map((score) => Object.assign(new Loudness(), { score }))
      .map((loudness, name) => ({ name, loudness }));
    const names = (has: readonly number[], count = 2): number[] =>
      loudest(sources, count, ({ name }) => has.includes(name)).map(({ name }) => name);
    expect(names([])).toEqual([3, 2]);
    expect(names([1])).toEqual([3, 1]);
    expect(names([0])).toEqual([3, 2]);
    expect(names([], 4)).toEqual([0, 1, 2, 3]);
  });
});
