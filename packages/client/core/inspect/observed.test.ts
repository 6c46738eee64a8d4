import { describe, expect, it } from "vitest";
import { factsOf } from "./observed.ts";

/** As browsers have it: all of it on the prototype. */
class BrowserCandidate {
  get candidate() {
    return "candidate:1 1 udp 5 10.0.0.1 9 typ host";
  }
  get sdpMid() {
    return "0";
  }
}

describe("facts of what a link is told", () => {
  it("[I1][I10] are plain data, also where the browser's own objects come in", () => {
    const found = { kind: "found", candidates: [new BrowserCandidate()] } as const;
    const facts = factsOf({ kind: "negotiation", generation: 1, input: found });
    const candidates = [{ candidate: "candidate:1 1 udp 5 10.0.0.1 9 typ host", sdpMid: "0" }];
    expect(Object.entries(facts[0] ?? {})).toContainEqual(["candidates", candidates]);
    expect(structuredClone(facts)).toEqual([{ kind: "candidates", side: "local", candidates }]);
  });

  it("[I1] say what went over the server with its size, and what a refusal was", () => {
    const signal = { type: "candidates", generation: 1, candidates: [{ candidate: "" }] } as const;
    expect(factsOf({ kind: "signal", signal })).toEqual([
      { kind: "signal", way: "received", type: "candidates", bytes: JSON.stringify(signal).length, count: 1 },
    ]);
    const failed = { kind: "failed", detail: "InvalidAccessError" } as const;
    expect(factsOf({ kind: "negotiation", generation: 1, input: failed })).toEqual([
      { kind: "trouble", what: "refused", detail: "InvalidAccessError" },
    ]);
    expect(factsOf({ kind: "time" })).toEqual([]);
  });
});
