import { readRecording } from "@parlour/client/inspect";
import { describe, expect, it } from "vitest";
import { FakePeer, FakePort, FakeRoom, linkIn } from "../../../test/fake-room.ts";
import { flowsOf } from "./flows.ts";
import { Inspector } from "./inspector.ts";
import { asText, linesOf, matching } from "./log-lines.ts";
import { proofOf } from "./traffic.ts";

const traffic = (frames: number, bytes: number) => ({
  framesSent: frames,
  framesReceived: frames,
  bytesSent: bytes,
  bytesReceived: 2 * bytes,
});

function stage() {
  const room = new FakeRoom();
  const port = new FakePort();
  const bo = room.arrive(new FakePeer("bo", "Bo"));
  const link = (at: number, bytes: number) => {
    room.inspectedAt = at;
    room.links = [
      {
        peer: "bo",
        state: "connected",
        stats: [
          {
            id: "t",
            type: "transport",
            selectedCandidatePairId: "p",
            bytesSent: bytes,
            bytesReceived: bytes,
          },
          { id: "p", type: "candidate-pair", bytesSent: bytes, state: "succeeded", nominated: true },
        ],
        facts: [
          { at: 10, kind: "connection", generation: 1 },
          { at: 12, kind: "state", of: "ice", state: "checking" },
          { at: 40, kind: "trouble", what: "server-error", detail: "turn:10.1.2.3 401" },
        ],
        dropped: 0,
        channels: [],
        servers: ["turn:10.1.2.3"],
        signalingThen: { signal: traffic(4, 1_000) },
      },
    ];
    room.events = [{ at: 20, event: "connected", peer: "bo" }];
    room.kinds = { signal: traffic(5, 1_100), hello: traffic(1, 90) };
  };
  link(1_000, 0);
  const inspector = new Inspector({ room, browser: "Test", now: port.now, every: port.every });
  return { room, port, bo, link, inspector };
}

describe("the inspector", () => {
  it("[I14] looks once a second while it is open, and not at all before and after", async () => {
    const { room, port, inspector } = stage();
    expect([room.looks, port.timerCount]).toEqual([0, 0]);
    const stop = inspector.start();
    await Promise.resolve();
    expect(room.looks).toBe(1);
    await inspector.look();
    port.pass(3_000);
    await Promise.resolve();
    expect(room.looks).toBeGreaterThan(2);
    stop();
    const { looks } = room;
    port.pass(5_000);
    room.emit("link", [...room.peers.values()][0] as FakePeer);
    expect([room.looks, port.timerCount, room.listenerCount]).toEqual([looks, 0, 0]);
  });

  it("[I4][I16] tells the story of the link that is looked at, and keeps samples of its figures", async () => {
    const { bo, link, inspector } = stage();
    bo.link = linkIn("connected", "relayed-over-tcp");
    await inspector.look();
    link(2_000, 50_000);
    await inspector.look();
    link(2_100, 51_000);
    await inspector.look();
    expect(inspector.story.value.steps.map(({ kind }) => kind)).toEqual(["connection", "checks", "trouble"]);
    expect(inspector.link.value).toMatchObject({ name: "Bo", diagnosis: { code: "relayed-over-tcp" } });
    // The third came too soon to be a point of a line.
    expect(inspector.link.value?.samples.map(({ at }) => at)).toEqual([1_000, 2_000]);
  });

  it("[I3] proves what went over the server since the link was there, and what between the pages", async () => {
    const { link, inspector } = stage();
    link(2_000, 50_000);
    await inspector.look();
    const [recording, one] = [inspector.recording.value, inspector.link.value];
    if (!recording || !one) throw new Error("nothing was looked at");
    expect(proofOf(recording, one)).toEqual({
      overServer: [
        { kind: "signal", ...traffic(1, 100) },
        { kind: "hello", ...traffic(1, 90) },
      ],
      serverTotal: traffic(2, 190),
      between: { bytesSent: 50_000, bytesReceived: 50_000 },
    });
    const { signalingThen: _, ...unconnected } = one;
    expect(proofOf(recording, unconnected).overServer).toBeUndefined();
  });

  it("[I17] has the connection to a forwarder beside the links, with what flows by it", async () => {
    const { room, link, inspector } = stage();
    link(1_000, 0);
    const track = (bytes: number) => ({
      state: "connected" as const,
      stats: [
        { id: "i", type: "inbound-rtp", kind: "video", mid: "1", bytesReceived: bytes, frameHeight: 360 },
        {
          id: "o",
          type: "outbound-rtp",
          kind: "video",
          mid: "0",
          rid: "l0q1",
          bytesSent: bytes / 2,
          frameHeight: 180,
        },
      ],
      facts: [{ at: 5, kind: "connection" as const, generation: 1 }],
      dropped: 0,
      channels: [],
      servers: [],
      now: {
        sends: [{ mid: "0", source: "camera", media: "video" }],
        places: [
          { mid: "1", media: "video", peer: "bo", source: "camera", layer: 1, layers: 3, height: 360 },
          { mid: "2", media: "audio" },
        ],
        said: { downlinkBits: 2e6, lossShare: 0, resent: 1 },
      },
    });
    room.forwarder = track(0);
    await inspector.look();
    room.inspectedAt = 2_000;
    room.forwarder = track(50_000);
    inspector.tab.value = "proof";
    await inspector.look();
    expect(inspector.part.value).toBe("proof");
    inspector.wanted.value = "forwarder";
    expect(inspector.part.value).toBe("flows");
    const shown = () => {
      const [recording, one] = [inspector.recording.value, inspector.link.value];
      return recording && one && flowsOf(recording, one);
    };
    const rows = {
      places: [
        {
          mid: "1",
          media: "video",
          who: "Bo",
          source: "camera",
          layer: 2,
          layers: 3,
          height: 360,
          bits: 400_000,
        },
        { mid: "2", media: "audio" },
      ],
      sends: [{ mid: "0", media: "video", source: "camera", rid: "l0q1", height: 180, bits: 200_000 }],
    };
    expect(shown()).toEqual(rows);
    expect(inspector.story.value.steps.map(({ kind }) => kind)).toEqual(["connection"]);
    // Saved and opened again, without names.
    const file = inspector.save();
    expect(file?.text).not.toContain('"Bo"');
    expect(file?.text).not.toContain('"bo"');
    inspector.open(file?.text ?? "");
    inspector.wanted.value = inspector.recording.value?.links.find(({ forwarder }) => forwarder)?.peer;
    expect(inspector.part.value).toBe("flows");
    expect(shown()).toEqual({ ...rows, places: [{ ...rows.places[0], who: "Person 1" }, rows.places[1]] });
    expect(inspector.link.value?.forwarder?.said).toEqual({ downlinkBits: 2e6, lossShare: 0, resent: 1 });
  });

  it("[I10][I11] saves what it shows, masked unless told otherwise, and opens it again", async () => {
    const { inspector } = stage();
    await inspector.look();
    const steps = () => inspector.story.value.steps.map(({ kind, at }) => [kind, at]);
    const before = steps();
    const file = inspector.save();
    expect(file?.name).toBe("parlour-inspection-1970-01-01T00-00-01.json");
    expect(file?.text).not.toContain("10.1.2.3");
    expect(file?.text).not.toContain("Bo");
    inspector.isMasking.value = false;
    expect(inspector.save()?.text).toContain("10.1.2.3");
    inspector.open(file?.text ?? "");
    expect(inspector.recording.value?.isMasked).toBe(true);
    expect(steps()).toEqual(before);
    expect(readRecording(JSON.parse(inspector.save()?.text ?? ""))).toEqual(inspector.recording.value);
    inspector.close();
    expect(inspector.link.value?.name).toBe("Bo");
  });

  it("[I10] says why a file is not opened, and goes on showing what it showed", async () => {
    const { inspector } = stage();
    await inspector.look();
    for (const [text, problem] of [
      ["{", "not-json"],
      ["{}", "unknown-format"],
      ['{"format":"parlour-inspection","version":7}', "newer-version"],
    ] as const) {
      inspector.open(text);
      expect(inspector.problem.value).toBe(problem);
      expect(inspector.link.value?.name).toBe("Bo");
    }
    inspector.open('{"PeerConnections":{}}');
    expect([inspector.problem.value, inspector.link.value]).toEqual([undefined, undefined]);
  });

  it("[I13] has one log of the room and all links, which can be filtered and halted", async () => {
    const { room, inspector } = stage();
    await inspector.look();
    inspector.toggleHalt();
    room.events = [...room.events, { at: 60, event: "refused", detail: "locked" }];
    await inspector.look();
    const lines = (recording = inspector.recording.value) => (recording ? linesOf(recording) : []);
    expect(lines(inspector.halted.value)).toHaveLength(4);
    expect(lines().map(({ at, who, text }) => `${at} ${who} ${text}`)).toEqual([
      "10 Bo connection 1",
      "12 Bo ice checking",
      "20 Bo connected",
      "40 Bo server-error turn:10.1.2.3 401",
      "60  refused locked",
    ]);
    expect(matching(lines(), "BO check").map(({ text }) => text)).toEqual(["ice checking"]);
    expect(asText(matching(lines(), "refused"))).toMatch(/^\d\d:\d\d:\d\d\.060 refused locked$/);
    inspector.toggleHalt();
    expect(inspector.halted.value).toBeUndefined();
  });
});
