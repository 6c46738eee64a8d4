import { mutated, runSeeds } from "@parlour/testkit";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { linkLimits, parseLinkSignal } from "./signal.ts";

const generation = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const short = v.nullable(v.pipe(v.string(), v.maxLength(256)));
const candidate = v.object({
  candidate: v.pipe(v.string(), v.maxLength(linkLimits.candidateCharacters)),
  sdpMid: v.exactOptional(short),
  sdpMLineIndex: v.exactOptional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
  ),
  usernameFragment: v.exactOptional(short),
});
const schema = v.variant("type", [
  v.object({
    type: v.picklist(["offer", "answer"]),
    generation,
    sdp: v.pipe(v.string(), v.maxLength(linkLimits.sdpCharacters)),
    parts: v.exactOptional(v.record(v.pipe(v.string(), v.maxLength(32)), v.unknown()), {}),
  }),
  v.object({
    type: v.literal("candidates"),
    generation,
    candidates: v.pipe(v.array(candidate), v.maxLength(linkLimits.candidatesPerSignal)),
  }),
  v.object({ type: v.picklist(["ask", "go"]), generation }),
  v.object({ type: v.literal("rebuild"), generation, reason: v.pipe(v.string(), v.maxLength(100)) }),
]);

const found = { candidate: "candidate:1 1 udp 1 a.local 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };
const signals: readonly Record<string, unknown>[] = [
  { type: "offer", generation: 1, sdp: "v=0", parts: { media: { n: 1 }, channels: null } },
  { type: "answer", generation: 2 ** 53 - 1, sdp: "", parts: {} },
  {
    type: "candidates",
    generation: 3,
    candidates: [
      { ...found, usernameFragment: "abcd" },
      { candidate: "", sdpMid: null, sdpMLineIndex: null, usernameFragment: null },
      { candidate: "" },
    ],
  },
  { type: "ask", generation: 1 },
  { type: "go", generation: 2 },
  { type: "rebuild", generation: 4, reason: "failed" },
];
const junk: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  65_535,
  65_536,
  2 ** 53,
  true,
  "",
  "offer",
  "toString",
  "x".repeat(101),
  "x".repeat(257),
  "x".repeat(linkLimits.candidateCharacters + 1),
  "x".repeat(linkLimits.sdpCharacters + 1),
  [],
  {},
  [null],
  [{}],
  { ["x".repeat(33)]: 1 },
  Array(linkLimits.candidatesPerSignal + 1).fill({ candidate: "" }),
];

describe("what the other side of a link says", () => {
  it("[L15] is read as a schema reads it", () => {
    for (const signal of signals) {
      expect(v.safeParse(schema, signal).success).toBe(true);
      expect(parseLinkSignal(JSON.stringify(signal))).toEqual(signal);
    }
    expect(parseLinkSignal('{"type":"offer","generation":1,"sdp":""}')).toEqual({
      type: "offer",
      generation: 1,
      sdp: "",
      parts: {},
    });
  });

  it("[L15] is refused wherever a schema refuses it", () => {
    let refused = 0;
    runSeeds({ seeds: 4_000, env: process.env }, (random) => {
      const text = JSON.stringify(mutated(random, random.pick(signals), junk));
      const { success } = v.safeParse(schema, JSON.parse(text));
      if (!success) refused++;
      expect([text, parseLinkSignal(text) !== undefined]).toEqual([text, success]);
    });
    expect(refused).toBeGreaterThan(1_000);
  });

  it("[L15] is nothing when it is no JSON or no object", () => {
    for (const text of ["", "{", "null", "7", '"offer"', "[]", "{}", '{"type":"toString"}'])
      expect(parseLinkSignal(text)).toBeUndefined();
  });
});
