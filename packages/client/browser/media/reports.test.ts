import { fakeClock } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { bearing } from "./bearing.ts";
import { type MediaSide, reportMedia } from "./reports.ts";
import { type Sample, sampleOf, sufferings } from "./sampling.ts";

const fine: Sample = { processor: false, uplink: false };
const slow: Sample = { processor: true, uplink: false };
const thin: Sample = { processor: false, uplink: true };

describe("how sending fares", () => {
  it("[X78] is told after 6 s of a processor too slow or 10 s of an uplink too thin, and taken back after 10 s without", () => {
    const conclude = sufferings();
    const each = (...samples: readonly Sample[]) => samples.map(conclude);
    expect(each(slow, slow, fine, slow, slow)).toEqual(Array(5).fill(undefined));
    expect(conclude(slow)).toBe("processor");
    expect(each(fine, fine, fine, fine, fine)).toEqual([...Array(4).fill("processor"), undefined]);
    expect(each(thin, thin, thin, thin, thin)).toEqual([...Array(4).fill(undefined), "uplink"]);
  });

  it("[X78] is read from what browsers say of each picture that is sent", async () => {
    const connection = (encoding: object, ...stats: readonly object[]): RTCPeerConnection =>
      ({
        getSenders: () => [
          {
            track: { kind: "video" },
            getParameters: () => ({ encodings: [encoding] }),
            getStats: async () => new Map(stats.map((each, i) => [i, each])),
          },
          { track: { kind: "audio" } },
          { track: null },
        ],
      }) as unknown as RTCPeerConnection;
    const out = { type: "outbound-rtp", qualityLimitationReason: "bandwidth" };
    const given = { active: true, maxBitrate: 1_000_000 };
    expect(await sampleOf([])).toEqual(fine);
    expect(await sampleOf([connection(given, { ...out, targetBitrate: 900_000 })])).toEqual(fine);
    expect(await sampleOf([connection(given, { ...out, targetBitrate: 300_000 })])).toEqual(thin);
    expect(await sampleOf([connection({ ...given, active: false }, { ...out, targetBitrate: 0 })])).toEqual(
      fine,
    );
    expect(await sampleOf([connection(given, { ...out, qualityLimitationReason: "cpu" })])).toEqual(slow);
    expect(await sampleOf([connection(given, { type: "remote-inbound-rtp", fractionLost: 0.2 })])).toEqual(
      thin,
    );
  });

  it("[X78] goes on being told when a connection was closed while it was asked, which Firefox never answers", async () => {
    const clock = fakeClock();
    const sent: { suffers?: string }[] = [];
    const link = (getStats: () => Promise<unknown>) => {
      const sender = { track: { kind: "video" }, getParameters: () => ({ encodings: [{}] }), getStats };
      return { link: { connection: { getSenders: () => [sender] } } };
    };
    const limited = new Map([[0, { type: "outbound-rtp", qualityLimitationReason: "cpu" }]]);
    const peers = new Map([
      ["bo", link(async () => limited)],
      ["cy", link(() => new Promise(() => {}))],
    ]);
    const side = {
      clock,
      media: { publications: new Map(), mesh: {}, drive: () => {} },
      inside: {
        view: { state: "live", topology: "mesh", peers, self: { id: "ada" } },
        session: { send: (frame: { suffers?: string }) => sent.push(frame) },
        on: () => {},
      },
    } as unknown as MediaSide;
    reportMedia(side, undefined, async () => bearing);
    const pass = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 500) {
        clock.advance(500);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await pass(5_000);
    peers.set(
      "cy",
      link(async () => limited),
    );
    await pass(10_000);
    expect(sent.map(({ suffers }) => suffers)).toEqual([undefined, undefined, "processor"]);
  });
});

describe("whether a page passes others' media on", () => {
  it("[X127][X78] is reported from the third person on, and at once when it is set; who does it looks at what it sends", async () => {
    const clock = fakeClock();
    const sent: { passes?: unknown; suffers?: string }[] = [];
    const asked: number[] = [];
    const link = { link: { connection: {} } };
    const peers = new Map([["bo", link]]);
    const view: Record<string, unknown> = {
      ...{ state: "live", topology: "peer", passers: {}, peers, self: { id: "ada" }, passOn: undefined },
    };
    const bearing = {
      passes: (decided: boolean | undefined) => (decided === false ? (false as const) : { cores: 4 }),
      sample: async (linked: readonly unknown[]) => {
        asked.push(linked.length);
        return linked.length > 0 ? ("uplink" as const) : undefined;
      },
    };
    reportMedia(
      {
        clock,
        media: { publications: new Map(), mesh: {}, drive: () => {} },
        inside: { view, session: { send: (frame: object) => sent.push(frame) }, on: () => {} },
      } as unknown as MediaSide,
      async () => () => ({ receive() {} }),
      async () => () => bearing,
    );
    const pass = async (): Promise<void> => {
      clock.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await pass();
    expect(sent).toEqual([expect.not.objectContaining({ passes: expect.anything() })]);
    peers.set("cy", link);
    await pass();
    expect(sent.at(-1)).toMatchObject({ passes: { cores: 4 } });
    expect(view["passOn"]).toBe(true);
    view["passOn"] = false;
    expect(sent.at(-1)).toMatchObject({ passes: false });
    expect(view["passOn"]).toBe(false);
    view["passOn"] = undefined;
    view["passers"] = { ada: ["bo", "cy"] };
    await pass();
    expect([asked.at(-1), sent.at(-1)?.suffers]).toEqual([2, "uplink"]);
    view["passers"] = { bo: ["ada", "cy"] };
    await pass();
    expect([asked.at(-1), sent.at(-1)?.suffers]).toEqual([0, undefined]);
  });
});
