import { describe, expect, it } from "vitest";
import { gauge, loss, rate, readSamples, type Sample, sampleOf } from "./series.ts";

const stats = (bytes: number) => [
  { id: "t", type: "transport", selectedCandidatePairId: "p" },
  {
    id: "p",
    type: "candidate-pair",
    bytesSent: bytes,
    bytesReceived: 2 * bytes,
    currentRoundTripTime: 0.012,
  },
  {
    id: "i",
    type: "inbound-rtp",
    kind: "video",
    mid: "1",
    bytesReceived: bytes,
    packetsReceived: bytes,
    packetsLost: bytes / 4,
    jitter: 0.004,
    frameHeight: 360,
  },
  {
    id: "o",
    type: "outbound-rtp",
    kind: "video",
    mid: "1",
    bytesSent: bytes,
    qualityLimitationReason: "cpu",
  },
  { id: "r", type: "remote-inbound-rtp", localId: "o", roundTripTime: 0.02, fractionLost: 0.1 },
  { id: "d", type: "data-channel", label: "bulk", bytesSent: bytes },
];
const bulk = {
  label: "bulk",
  id: 2,
  state: "open",
  isOrdered: true,
  maxRetransmits: null,
  bufferedAmount: 77,
};
const samples = [1_000, 2_000, 100].map((bytes, index) => sampleOf(1_000 * index, stats(bytes), [bulk]));

describe("charts", () => {
  it("[I16] take what they need of the statistics", () => {
    expect(samples[0]).toEqual({
      at: 0,
      link: { bytesSent: 1_000, bytesReceived: 2_000, roundTripMs: 12 },
      tracks: {
        "in video 1": { bytes: 1_000, packets: 1_000, lost: 250, jitterMs: 4, height: 360 },
        "out video 1": { bytes: 1_000, roundTripMs: 20, farLoss: 0.1 },
      },
      channels: { bulk: { bytesSent: 1_000, bufferedAmount: 77 } },
      limits: { "out video 1": "cpu" },
    });
    expect(sampleOf(5, [], [])).toEqual({ at: 5, link: {}, tracks: {}, channels: {}, limits: {} });
  });

  it("[I16] make rates of counters, and no dip of one that begins anew", () => {
    expect(rate(samples, ({ link }) => link["bytesSent"])).toEqual([undefined, 1_000, undefined]);
    expect(gauge(samples, ({ link }) => link["roundTripMs"])).toEqual([12, 12, 12]);
    expect(loss(samples, "in video 1")).toEqual([undefined, 0.2, undefined]);
    expect(rate(samples, ({ tracks }) => tracks["none"]?.["bytes"])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("[I10] read their samples from a file, and leave out what is none", () => {
    expect(readSamples(JSON.parse(JSON.stringify(samples)))).toEqual(samples);
    expect(readSamples([{ at: 1, link: 5, tracks: { a: { b: "c" } } }, { at: "x" }, null])).toEqual([
      { at: 1, link: {}, tracks: { a: {} }, channels: {}, limits: {} },
    ] satisfies Sample[]);
    expect(readSamples("no")).toEqual([]);
  });
});
