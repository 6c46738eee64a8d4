import { describe, expect, it } from "vitest";
import { pairInUse } from "./pair.ts";

const candidates = {
  mine: { candidateType: "host", protocol: "udp", address: "192.0.2.1", port: 5000 },
  theirs: { candidateType: "prflx", protocol: "udp", address: "", port: 6000 },
};
const stats = (more: Record<string, Record<string, unknown>>) =>
  new Map<string, Record<string, unknown>>(Object.entries({ ...candidates, ...more }));

describe("the pair in use", () => {
  const found = { local: "host", remote: "prflx", protocol: "udp", ends: "192.0.2.1:5000 – ?:6000" };
  const pair = { type: "candidate-pair", localCandidateId: "mine", remoteCandidateId: "theirs" };

  it("[B13] is the one that the transport names, or that Firefox marks", () => {
    expect(
      pairInUse(
        stats({
          other: { ...pair, localCandidateId: "x" },
          p: pair,
          t: { type: "transport", selectedCandidatePairId: "p" },
        }),
      ),
    ).toEqual(found);
    expect(pairInUse(stats({ other: pair, p: { ...pair, selected: true } }))).toEqual(found);
  });

  it("[B13] is none before there is one", () => {
    expect(pairInUse(stats({ p: pair, t: { type: "transport" } }))).toBeUndefined();
    expect(pairInUse(new Map())).toBeUndefined();
  });
});
