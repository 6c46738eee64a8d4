import { describe, expect, it } from "vitest";
import { settle } from "../../test/fake-devices.ts";
import { FakePort, FakeRoom } from "../../test/fake-room.ts";
import { isPoor, Quality, readLink } from "./quality.ts";

const inbound = (received: number, lost: number, bytes = 0) => ({
  id: "picture in",
  type: "inbound-rtp",
  kind: "video",
  packetsReceived: received,
  packetsLost: lost,
  bytesReceived: bytes,
  frameWidth: 640,
  frameHeight: 360,
  framesPerSecond: 15,
  codecId: "c1",
});

describe("numbers of a link", () => {
  it("are read from the standard's statistics, rates from two of them", () => {
    const first = readLink([inbound(100, 0, 10_000)], 1_000, undefined);
    expect(first.numbers).toMatchObject({ loss: undefined, receivedKbps: undefined });
    const stats = [
      inbound(190, 10, 60_000),
      { type: "outbound-rtp", kind: "video", bytesSent: 5_000, frameWidth: 320, frameHeight: 180 },
      { type: "remote-inbound-rtp", kind: "video", fractionLost: 0.9, roundTripTime: 9 },
      { id: "p1", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 3 },
      { id: "p2", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.0421 },
      { type: "transport", selectedCandidatePairId: "p2" },
      { type: "codec", id: "c1", mimeType: "video/VP8" },
      { type: "codec", id: "c2", mimeType: "video/H264" },
    ];
    const { numbers } = readLink(stats, 3_000, first.counters);
    expect(numbers).toEqual({
      roundTripMs: 42,
      loss: 0.1,
      receivedKbps: 200,
      sentKbps: 20,
      picture: { width: 640, height: 360, perSecond: 15 },
      pictureSent: { width: 320, height: 180, perSecond: undefined },
      codecs: ["VP8"],
    });
  });

  it("say nothing about loss when too few packets came, or counters began anew", () => {
    const { counters } = readLink([inbound(1_000, 50)], 0, undefined);
    expect(readLink([inbound(1_005, 55)], 1_000, counters).numbers.loss).toBeUndefined();
    expect(readLink([inbound(10, 0)], 1_000, counters).numbers.loss).toBeUndefined();
  });

  it("[W44] are as bad as the worst of the streams: a picture's many packets hide no lost sound", () => {
    const sound = (received: number, lost: number) => ({
      ...{ id: "sound in", type: "inbound-rtp", kind: "audio" },
      ...{ packetsReceived: received, packetsLost: lost },
    });
    const { counters } = readLink([inbound(1_000, 0), sound(1_000, 0)], 0, undefined);
    const { numbers } = readLink([inbound(1_800, 0), sound(1_180, 20)], 4_000, counters);
    expect(numbers.loss).toBeCloseTo(0.1);
  });

  it("[W44] count what others say of a picture, and believe their report on sound while there is any", () => {
    const far = (sent: number, lost: number, fractionLost: number) => [
      { id: "picture out", type: "outbound-rtp", kind: "video", packetsSent: sent },
      { id: "sound out", type: "outbound-rtp", kind: "audio", packetsSent: sent },
      {
        ...{ id: "picture there", type: "remote-inbound-rtp", kind: "video", localId: "picture out" },
        ...{ packetsLost: lost, fractionLost: 0.9 },
      },
      {
        ...{ id: "sound there", type: "remote-inbound-rtp", kind: "audio", localId: "sound out" },
        ...{ packetsLost: 0, fractionLost },
      },
    ];
    const { counters } = readLink(far(1_000, 0, 0), 0, undefined);
    expect(readLink(far(1_200, 14, 0.02), 4_000, counters).numbers.loss).toBeCloseTo(0.07);
    expect(readLink(far(1_200, 0, 0.08), 4_000, counters).numbers.loss).toBeCloseTo(0.08);
    // Nothing was sent since: the report is of another time.
    expect(readLink(far(1_000, 0, 0.08), 4_000, counters).numbers.loss).toBeUndefined();
  });

  it("[W44] make a link poor after two bad rounds, and well after two good ones", async () => {
    const room = new FakeRoom();
    const port = new FakePort();
    const quality = new Quality(room, port.every, 1_000);
    const roundTrip = async (seconds: number) => {
      room.links = [
        {
          peer: "bo",
          state: "connected",
          facts: [],
          dropped: 0,
          channels: [],
          servers: [],
          stats: [
            { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: seconds },
          ],
        },
      ];
      port.pass(1_000);
      await settle();
    };
    await roundTrip(0.9);
    expect([...quality.poor.value]).toEqual([]);
    await roundTrip(0.9);
    expect([...quality.poor.value]).toEqual(["bo"]);
    // Who looks at the numbers sees them at once; they are no rounds.
    await quality.look();
    await quality.look();
    expect([...quality.poor.value]).toEqual(["bo"]);
    await roundTrip(0.1);
    expect([...quality.poor.value]).toEqual(["bo"]);
    await roundTrip(0.1);
    expect([...quality.poor.value]).toEqual([]);
    await roundTrip(0.9);
    await roundTrip(0.1);
    await roundTrip(0.9);
    expect([...quality.poor.value]).toEqual([]);
    await roundTrip(0.1);
    const good = { ...quality.numbers.value.get("bo") } as Parameters<typeof isPoor>[0];
    expect(isPoor({ ...good, loss: 0.06 })).toBe(true);
    expect(isPoor({ ...good, loss: 0.04 })).toBe(false);
    quality.stop();
    expect(port.timerCount).toBe(0);
  });
});
