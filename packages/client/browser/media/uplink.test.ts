import { describe, expect, it } from "vitest";
import { uplinkBits } from "../../core/media/uplink.ts";
import type { Peer, RemoteMedia } from "../api.ts";
import type { LinkPart } from "../seams.ts";
import { createMedia } from "./media.ts";
import { pages, stream, track } from "./pages.fixture.ts";

type Parameters = RTCRtpSendParameters;
const theirs = (media: RemoteMedia | undefined): RemoteMedia => {
  if (media === undefined) throw new Error("there is no such media");
  return media;
};

/** Two pages of which one publishes; what its senders are set to, by media line. */
async function showing() {
  const two = pages();
  two.a.publish(stream(track("audio"), track("video")), { source: "camera" });
  await two.connect();
  await two.rest();
  const encodings = () =>
    two.links.a?.connection?.getTransceivers().map(({ sender }) => sender.getParameters().encodings[0]);
  return { ...two, encodings, camera: () => theirs(two.b.of("a").get("camera")) };
}

describe("what one page wants of another", () => {
  it("[M12] is everything until it is told, within what an uplink carries", async () => {
    const { encodings } = await showing();
    expect(encodings()).toEqual([
      { active: true },
      { active: true, maxBitrate: 2_500_000, scaleResolutionDownBy: 1 },
    ]);
  });

  it("[M12][M11] makes its picture smaller there, and large again", async () => {
    const { encodings, camera, rest } = await showing();
    camera().want({ height: 171.5 });
    await rest();
    expect(encodings()?.[1]).toEqual({ active: true, maxBitrate: 162_000, scaleResolutionDownBy: 4 });
    camera().want({ height: 2_000 });
    await rest();
    expect(encodings()?.[1]).toEqual({ active: true, maxBitrate: 2_500_000, scaleResolutionDownBy: 1 });
  });

  it("[M13] pauses its picture there, never its sound, and sends it again", async () => {
    const { encodings, camera, rest, links } = await showing();
    camera().want("none");
    await rest();
    expect(encodings()).toMatchObject([{ active: true }, { active: false }]);
    expect(encodings()?.[0]).toEqual({ active: true });
    expect(links.a?.connection?.getTransceivers()[0]?.sender.track).not.toBeNull();
    camera().want({ height: 360 });
    await rest();
    expect(encodings()?.[1]).toMatchObject({ active: true, scaleResolutionDownBy: 2 });
  });

  it("[M13] rests while there is no picture, so that no browser sends the last one again and again", async () => {
    const { a, encodings, rest } = await showing();
    const publication = a.publications.get("camera");
    publication?.mute("video");
    await rest();
    expect(encodings()).toMatchObject([{ active: true }, { active: false }]);
    publication?.unmute("video");
    await rest();
    expect(encodings()?.[1]).toEqual({ active: true, maxBitrate: 2_500_000, scaleResolutionDownBy: 1 });
    await publication?.replace(null, "video");
    await rest();
    expect(encodings()?.[1]).toMatchObject({ active: false });
    await publication?.replace(track("video"));
    await rest();
    expect(encodings()?.[1]).toMatchObject({ active: true });
  });

  it("[M15] goes on with a whole frame when its connection takes another way", async () => {
    const { links, world, until, rest } = await showing();
    const whole = () =>
      links.a?.connection
        ?.getTransceivers()
        .map(({ sender }) => (sender as unknown as { keyFrames: number }).keyFrames);
    const before = links.a?.connection;
    expect(whole()).toEqual([0, 0]);
    world.block();
    await until(() => links.a?.state === "recovering");
    world.unblock();
    await until(() => links.a?.state === "connected");
    await rest();
    expect([links.a?.connection === before, whole()]).toEqual([true, [0, 1]]);
  });

  it("[M11] holds on a new connection, and ends with the source", async () => {
    const { a, encodings, camera, rest, links, until } = await showing();
    camera().want({ height: 180 });
    await rest();
    const before = links.a?.connection;
    links.a?.rebuild("test");
    await until(() => links.a?.connection !== before && links.b?.state === "connected");
    await rest();
    expect(encodings()?.[1]).toMatchObject({ scaleResolutionDownBy: 4 });
    for (const publication of [...a.publications.values()]) publication.unpublish();
    await rest();
    a.publish(stream(track("video")), { source: "camera" });
    await rest();
    expect(encodings()?.[1]).toMatchObject({ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 });
  });

  it("[M11] is told once for each size, and not for a source that has ended", async () => {
    const told: object[] = [];
    const media = createMedia({
      announce: () => {},
      onWants: ({ id }, wants) => told.push({ [id]: wants }),
      createStream: () => stream(),
    });
    media.add({ id: "b" } as Peer);
    media.receive("b", { n: 1, sources: { camera: { audio: "none", video: "none" } } });
    const camera = theirs(media.of("b").get("camera"));
    for (const height of [301, 320, 359.9, 360]) camera.want({ height });
    for (const height of [0, -5, Number.NaN]) camera.want({ height });
    camera.want({ height: 1e9 });
    camera.want("none");
    expect(told).toEqual([
      { b: { camera: 360 } },
      { b: { camera: 0 } },
      { b: { camera: 4_320 } },
      { b: { camera: 0 } },
    ]);
    expect(media.wantsOf("b")).toEqual({ camera: 0 });
    media.receive("b", { n: 2, sources: {} });
    expect(told.at(-1)).toEqual({ b: {} });
    camera.want({ height: 360 });
    expect(told).toHaveLength(5);
    expect(media.wantsOf("nobody")).toEqual({});
  });
});

describe("one uplink and many links", () => {
  /** A page with so many links, each a connection that says what its senders are set to. */
  function mesh(links: number) {
    const media = createMedia({ announce: () => {}, onWants: () => {}, createStream: () => stream() });
    const sets: Parameters[][] = [];
    let hold: Promise<void> | undefined;
    const parts: LinkPart[] = [];
    for (let n = 0; n < links; n++) {
      const all: Parameters[] = [];
      sets.push(all);
      const transceivers: object[] = [];
      const connection = {
        addTransceiver(of: unknown) {
          const isVideo = of === "video" || (of as MediaStreamTrack).kind === "video";
          const made = {
            direction: "sendrecv",
            mid: null,
            receiver: { track: {} },
            sender: {
              getParameters: () => ({ encodings: [{ active: true }] }),
              setParameters: async (parameters: Parameters) => {
                if (isVideo) all.push(parameters);
                await hold;
              },
              replaceTrack: async () => {},
            },
          };
          transceivers.push(made);
          return made;
        },
        getTransceivers: () => transceivers,
        addEventListener() {},
      } as unknown as RTCPeerConnection;
      const part = media.add({ id: `peer-${n}` } as Peer);
      parts.push(part);
      part.attach(connection, "offerer");
    }
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const now = () => sets.map((all) => all.at(-1)?.encodings[0]);
    return {
      media,
      parts,
      sets,
      settle,
      now,
      wants: (n: number, wants: object) => media.receive(`peer-${n}`, { wants }),
      holdWith(until: Promise<void>) {
        hold = until;
      },
    };
  }
  const sum = (encodings: readonly ({ active?: boolean; maxBitrate?: number } | undefined)[]) =>
    encodings.reduce((bits, one) => bits + (one?.active ? (one.maxBitrate ?? 0) : 0), 0);

  it("[M12] is shared out, and anew whenever a link comes, goes or wants something else", async () => {
    const { media, parts, now, settle, wants } = mesh(11);
    media.publish(stream(track("video")), { source: "camera" });
    await settle();
    expect(now()).toEqual(Array(11).fill({ active: true, maxBitrate: 363_636, scaleResolutionDownBy: 1.5 }));
    for (let n = 1; n < 11; n++) wants(n, { camera: 120 });
    await settle();
    expect(now()[0]).toMatchObject({ maxBitrate: 2_500_000, scaleResolutionDownBy: 1 });
    expect(sum(now())).toBeLessThanOrEqual(uplinkBits);
    for (let n = 1; n < 11; n++) wants(n, { camera: 0 });
    wants(0, { camera: 0 });
    await settle();
    expect(sum(now())).toBe(0);
    for (let n = 0; n < 11; n++) wants(n, {});
    for (const part of parts.slice(2)) part.detach();
    await settle();
    expect(now().slice(0, 2)).toEqual(
      Array(2).fill({ active: true, maxBitrate: 2_000_000, scaleResolutionDownBy: 1 }),
    );
  });

  it("[M14] is not taken up by a page that changes its mind all the time, or sends nonsense", async () => {
    const { media, sets, settle, wants, holdWith } = mesh(1);
    media.publish(stream(track("video")), { source: "camera" });
    await settle();
    const before = sets[0]?.length ?? 0;
    let release = (): void => {};
    holdWith(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    for (let n = 0; n < 100; n++) {
      wants(0, { camera: n % 2 === 0 ? 0 : 60 * (1 + (n % 12)) });
      await settle();
    }
    wants(0, { camera: -1 });
    wants(0, { camera: "360" });
    await settle();
    expect(sets[0]).toHaveLength(before + 1);
    release();
    await settle();
    expect(sets[0]).toHaveLength(before + 2);
    expect(sets[0]?.at(-1)?.encodings[0]).toMatchObject({ active: true, scaleResolutionDownBy: 3 });
  });
});
