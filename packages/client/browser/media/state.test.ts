import { mutated, runSeeds } from "@parlour/testkit";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { parseMediaDescription, parseMediaState, parseWants } from "./state.ts";

const sending = v.picklist(["on", "muted", "none"]);
const source = v.pipe(v.string(), v.minLength(1), v.maxLength(32));
const few = <T extends Record<string, unknown>>(most: number) =>
  v.check<T, string>((record) => Object.keys(record).length <= most, "too many");
const fields = {
  n: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sources: v.pipe(v.record(source, v.object({ audio: sending, video: sending })), few(16)),
};
const state = v.object(fields);
const description = v.object({
  ...fields,
  mids: v.pipe(
    v.record(v.pipe(v.string(), v.maxLength(16)), v.tuple([source, v.picklist(["audio", "video"])])),
    few(64),
  ),
});

const on = { audio: "on", video: "muted" };
const good: readonly Record<string, unknown>[] = [
  { n: 0, sources: {}, mids: {} },
  {
    n: 7,
    sources: { camera: on, screen: { audio: "none", video: "on" } },
    mids: { 0: ["camera", "audio"], 1: ["camera", "video"], "": ["screen", "video"] },
  },
];
const many = (length: number, value: unknown) =>
  Object.fromEntries(Array.from({ length }, (_, i) => [i, value]));
const junk: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  2 ** 53,
  true,
  "",
  "on",
  "onward",
  "muted",
  "x".repeat(33),
  [],
  {},
  [null],
  ["camera"],
  ["camera", "text"],
  ["", "audio"],
  ["x".repeat(32), "audio"],
  ["x".repeat(33), "audio"],
  { "": on },
  { ["x".repeat(33)]: on },
  { ["x".repeat(17)]: ["camera", "audio"] },
  many(16, on),
  many(17, on),
  many(64, ["camera", "audio"]),
  many(65, ["camera", "audio"]),
];

describe("what a page says of its media", () => {
  it("[M9] is read and refused as a schema reads and refuses it", () => {
    let refused = 0;
    runSeeds({ seeds: 4_000, env: process.env }, (random, seed) => {
      const value = JSON.parse(
        JSON.stringify(seed <= good.length ? good[seed - 1] : mutated(random, random.pick(good), junk)),
      );
      const asState = v.safeParse(state, value).success;
      const asDescription = v.safeParse(description, value).success;
      if (!asDescription) refused++;
      expect([value, parseMediaState(value)]).toEqual([value, asState ? value : undefined]);
      expect([value, parseMediaDescription(value)]).toEqual([value, asDescription ? value : undefined]);
    });
    expect(refused).toBeGreaterThan(1_000);
  });
});

describe("what a page wants", () => {
  it("[M14] is heights of so many sources, and nothing else", () => {
    for (const wants of [{}, { camera: 0 }, { camera: 4_320, screen: 60 }]) {
      expect(parseWants({ wants })).toEqual({ wants });
    }
    for (const wants of [
      null,
      7,
      { camera: -60 },
      { camera: 4_321 },
      { camera: 1.5 },
      { camera: "360" },
      { camera: null },
      { ["x".repeat(33)]: 60 },
      many(17, 60),
    ]) {
      expect(parseWants({ wants })).toBeUndefined();
    }
    expect(parseWants(null)).toBeUndefined();
    expect(parseWants({ n: 1, sources: {} })).toBeUndefined();
  });
});
