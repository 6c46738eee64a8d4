import { seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { coreLimits } from "./limits.ts";
import { RtcpWriter } from "./rtcp/writer.ts";
import { distance32 } from "./rtp/bytes.ts";
import type { RoomMessage } from "./seams.ts";
import { contentOf, ids } from "./simulation/publisher.fixture.ts";
import { SimulatedWorld } from "./simulation/world.fixture.ts";

const screensOf = (world: SimulatedWorld, name: string) => [
  ...(world.pages.get(name)?.viewer.screens.values() ?? []),
];
const publisherOf = (world: SimulatedWorld, name: string, index = 0) => {
  const publisher = world.pages.get(name)?.publishers[index];
  if (publisher === undefined) throw new Error(`${name} publishes nothing`);
  return publisher;
};
const camera = (peer: string, height = 720) => ({ peer, source: "camera0", height });
const last = <Type extends RoomMessage["type"]>(world: SimulatedWorld, peer: string, type: Type) =>
  world.told.findLast((one) => one.peer === peer && one.message.type === type)?.message as
    | Extract<RoomMessage, { type: Type }>
    | undefined;

/** `a` publishes a camera in three layers and sound; `b` looks and hears. */
function pair(seed = 1): SimulatedWorld {
  const world = new SimulatedWorld(seededRandom(seed));
  world.join("a", { cameras: 1, sounds: 1 });
  world.join("b", { pictures: 1, voices: 1 });
  world.publish("a");
  world.want("b", [camera("a")]);
  return world;
}

describe("a room", () => {
  it("[X1] passes picture and sound on, the picture in the layer that is asked for", () => {
    const world = pair();
    world.run(3_000);
    const [picture, voice] = screensOf(world, "b");
    expect(picture?.frames).toBeGreaterThan(60);
    expect(picture?.last?.layer).toBe(2);
    expect(voice?.frames).toBeGreaterThan(130);
    expect([picture?.skipped, voice?.skipped]).toEqual([0, 0]);
  });

  it("[X2] changes layers at a key frame, without a pause", () => {
    const world = pair();
    world.run(2_000);
    const [picture] = screensOf(world, "b");
    for (const [height, layer] of [
      [180, 0],
      [360, 1],
      [720, 2],
    ] as const) {
      world.want("b", [camera("a", height)]);
      const { frames = 0 } = picture ?? {};
      world.run(1_000);
      expect(picture?.last?.layer).toBe(layer);
      expect((picture?.frames ?? 0) - frames).toBeGreaterThanOrEqual(24);
    }
    expect(picture?.skipped).toBe(0);
  });

  it("[X2] a layer that does not come any more gives way to another", () => {
    const world = pair();
    world.run(2_000);
    const [picture] = screensOf(world, "b");
    const top = publisherOf(world, "a").layers[2];
    if (top !== undefined) top.isOn = false;
    world.run(1_500);
    expect(picture?.last?.layer).toBe(1);
    if (top !== undefined) top.isOn = true;
    world.run(4_500);
    expect(picture?.last?.layer).toBe(2);
  });

  it("[X9][X12] lost packets are made up for on both ways", () => {
    const world = pair();
    world.weather = { loss: 0.03, duplicates: 0.01, delayMs: 20, jitterMs: 10 };
    world.run(10_000);
    const [picture] = screensOf(world, "b");
    expect(picture?.frames).toBeGreaterThan(235);
    expect(picture?.skipped).toBeLessThan(3);
    expect(world.room.statistics.retransmitted).toBeGreaterThan(5);
    expect(publisherOf(world, "a").keyFrameRequests).toBeLessThan(12);
  });

  it("[X10] a key frame is asked for at most every half second, until it comes", () => {
    const world = pair();
    world.run(2_000);
    const publisher = publisherOf(world, "a");
    const before = publisher.keyFrameRequests;
    // Nobody answers, and everyone asks.
    for (const layer of publisher.layers)
      Object.defineProperty(layer, "isKeyWanted", { get: () => false, set: () => {} });
    for (let turn = 0; turn < 100; turn++) {
      world.room.take({ type: "refresh", from: "b", peer: "a", source: "camera0" }, world.now);
      world.run(20);
    }
    const asked = publisher.keyFrameRequests - before;
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(5);
  });

  it("[X12] a page that asks for everything again gets no more than its share, and nothing that was never sent", () => {
    const world = pair();
    world.run(2_000);
    const page = world.pages.get("b");
    const screen = screensOf(world, "b")[0];
    if (page === undefined || screen === undefined) throw new Error("no page");
    const before = world.room.statistics.retransmitted;
    for (let turn = 0; turn < 200; turn++) {
      const writer = new RtcpWriter();
      writer.nack(
        1,
        screen.line.ssrc,
        Array.from({ length: 200 }, (_, index) => (index * 40) & 0xffff),
      );
      writer.nack(1, 4_711, [1, 2, 3]);
      world.room.take(
        { type: "rtcp", transport: page.transport, packet: writer.take().slice() },
        world.now + turn * 5,
      );
    }
    expect(world.room.statistics.retransmitted - before).toBeLessThan(coreLimits.resentPerSecond * 1.3);
  });

  it("[X13] tells when what it sends was taken, so that sound and picture stay together", () => {
    const world = pair();
    world.run(6_000);
    const [picture, voice] = screensOf(world, "b");
    for (const [screen, rate] of [
      [picture, 90],
      [voice, 48],
    ] as const) {
      const [first, second] = screen?.reports.slice(-2) ?? [];
      if (first === undefined || second === undefined) throw new Error("no reports");
      const elapsed = distance32(first.timestamp, second.timestamp) / rate;
      expect(Math.abs(elapsed - (second.ntpMs - first.ntpMs))).toBeLessThan(2);
    }
  });

  it("[X18] passes on only what is wanted, and tells what is in a place before it comes", () => {
    const world = new SimulatedWorld(seededRandom(3));
    for (const name of ["a", "c", "d"]) {
      world.join(name, { cameras: 1 });
      world.publish(name);
    }
    world.join("b", { pictures: 2 });
    world.run(1_000);
    expect(world.packetsOut).toBe(0);
    world.want("b", [camera("a"), camera("c"), camera("d")]);
    world.run(2_000);
    expect(screensOf(world, "b").map(({ last: content }) => content?.publisher)).toEqual([1, 2]);
    const places = last(world, "b", "places")?.places;
    expect(places).toEqual({
      v0: { peer: "a", source: "camera0", kind: "video" },
      v1: { peer: "c", source: "camera0", kind: "video" },
    });
    // Who stays wanted stays where it is.
    world.want("b", [camera("d"), camera("c")]);
    world.run(1_000);
    expect(last(world, "b", "places")?.places).toMatchObject({ v0: { peer: "d" }, v1: { peer: "c" } });
    world.want("b", []);
    const out = world.packetsOut;
    world.run(1_000);
    expect(world.packetsOut).toBeLessThan(out + 30);
    expect(last(world, "b", "places")?.places).toEqual({ v0: null, v1: null });
  });

  it("[X19] the loudest are heard when there are fewer places than voices", () => {
    const world = new SimulatedWorld(seededRandom(4));
    for (const name of ["a", "c", "d"]) {
      world.join(name, { sounds: 1 });
      world.publish(name);
      publisherOf(world, name).level = 100;
    }
    world.join("b", { voices: 1 });
    publisherOf(world, "c").level = 20;
    world.run(2_000);
    expect(screensOf(world, "b")[0]?.told?.publisher).toBe(publisherOf(world, "c").number);
    expect(last(world, "b", "speakers")?.speakers[0]?.peer).toBe("c");
    publisherOf(world, "c").level = 127;
    publisherOf(world, "d").level = 15;
    world.run(3_000);
    expect(screensOf(world, "b")[0]?.told?.publisher).toBe(publisherOf(world, "d").number);
    expect(last(world, "a", "speakers")?.speakers.map(({ peer }) => peer)).toEqual(["d"]);
  });

  it("[X19] sound without levels is heard where there would be silence, and gives way to a voice", () => {
    const world = new SimulatedWorld(seededRandom(4));
    for (const name of ["a", "c", "d"]) {
      world.join(name, { sounds: 1 });
      world.publish(name);
      publisherOf(world, name).level = 127;
    }
    publisherOf(world, "c").level = undefined;
    world.join("b", { voices: 1 });
    world.run(2_000);
    expect(screensOf(world, "b")[0]?.told?.publisher).toBe(publisherOf(world, "c").number);
    expect(last(world, "b", "speakers")?.speakers ?? []).toEqual([]);
    publisherOf(world, "d").level = 20;
    world.run(2_000);
    expect(screensOf(world, "b")[0]?.told?.publisher).toBe(publisherOf(world, "d").number);
  });

  it("[X20] everyone is told what the others publish, once, and again after a page may have missed it", () => {
    const world = pair();
    world.run(100);
    const tracks = [{ peer: "a", source: "camera0", audio: "on", video: "on" }];
    expect(last(world, "b", "tracks")?.tracks).toEqual(tracks);
    expect(last(world, "a", "tracks")?.tracks).toEqual([]);
    const count = (): number =>
      world.told.filter(({ peer, message }) => peer === "b" && message.type !== "speakers").length;
    const before = count();
    world.publish("a");
    world.run(1_000);
    expect(count()).toBe(before);
    world.room.take({ type: "resync", peer: "b" }, world.now);
    world.run(100);
    expect(count()).toBe(before + 2);
    world.leave("a");
    world.run(100);
    expect(last(world, "b", "tracks")?.tracks).toEqual([]);
    expect(last(world, "b", "places")?.places).toEqual({ v0: null, a0: null });
  });

  it("[X21] nothing is passed on that its page did not say is on", () => {
    const world = pair();
    world.run(1_000);
    for (const sending of ["muted", "none"] as const) {
      world.publish("a", sending);
      const out = world.packetsOut;
      world.run(1_000);
      expect(world.packetsOut).toBe(out);
      world.publish("a", "on");
      world.run(1_500);
      expect(world.packetsOut).toBeGreaterThan(out);
    }
    const [picture] = screensOf(world, "b");
    expect(world.now - (picture?.lastFrameAt ?? 0)).toBeLessThan(100);
    world.leave("a");
    const out = world.packetsOut;
    world.run(500);
    expect(world.packetsOut).toBe(out);
  });

  it("[X22] a page that sends what it likes hurts nobody else, and what is kept of it is bounded", () => {
    const world = pair(7);
    world.run(1_500);
    const random = seededRandom(9);
    const { transport } = world.join("liar", { cameras: 1, sounds: 1, pictures: 1, voices: 1 });
    world.publish("liar");
    const [picture] = screensOf(world, "b");
    const skipped = picture?.skipped ?? 0;
    const frames = picture?.frames ?? 0;
    for (let turn = 0; turn < 2_000; turn++) {
      const packet = random.bytes(random.int(0, 120));
      packet[0] = random.pick([0x80, 0x90, 0xb0, packet[0] ?? 0]);
      if (random.chance(0.7)) packet[1] = random.pick([96, 224, 111]);
      world.room.take({ type: "rtp", transport, packet }, world.now);
      const rtcp = random.bytes(random.int(0, 60));
      rtcp[0] = random.pick([0x80, 0x81, 0x8f]);
      rtcp[1] = random.pick([200, 201, 203, 205, 206]);
      world.room.take({ type: "rtcp", transport, packet: rtcp }, world.now);
      if (turn % 4 === 0) world.run(5);
    }
    world.want(
      "liar",
      Array.from({ length: 5_000 }, () => camera("a")),
    );
    world.run(500);
    expect(picture?.skipped).toBe(skipped);
    expect((picture?.frames ?? 0) - frames).toBeGreaterThan(60);
    expect(publisherOf(world, "a").keyFrameRequests).toBeLessThan(20);
  });

  it("[X23] layers are told by rid, and one that comes without by what is left", () => {
    const world = new SimulatedWorld(seededRandom(5));
    const seen = new Set<number>();
    world.join("b", { pictures: 1 });
    const page = world.join("a", { cameras: 1 });
    // Later packets of browsers have neither mid nor rid; those of the lowest layer may have no rid at all.
    const publisher = publisherOf(world, "a");
    const lowest = publisher.layers[0];
    world.leave("a");
    world.run(10);
    if (lowest !== undefined) Object.defineProperty(lowest, "rid", { value: undefined });
    world.pages.set("a", page);
    page.isConnected = true;
    world.room.take({ type: "connected", peer: "a", transport: page.transport }, world.now);
    world.room.take({ type: "negotiated", transport: page.transport, lines: page.lines }, world.now);
    world.publish("a");
    for (const [height, layer] of [
      [180, 0],
      [360, 1],
      [720, 2],
    ] as const) {
      world.want("b", [camera("a", height)]);
      world.run(2_000);
      const content = screensOf(world, "b")[0]?.last;
      expect(content?.layer).toBe(layer);
      seen.add(layer);
    }
    expect(seen.size).toBe(3);
  });

  it("[X24] a line that is used anew, and places that come and go, leave the others as they are", () => {
    const world = pair(8);
    world.run(1_500);
    const page = world.pages.get("b");
    if (page === undefined) throw new Error("no page");
    const [picture] = screensOf(world, "b");
    const frames = picture?.frames ?? 0;
    const more = {
      mid: "v9",
      kind: "video" as const,
      codecs: page.lines.receives[0]?.codecs ?? [],
      ssrc: 99,
    };
    world.room.take(
      {
        type: "negotiated",
        transport: page.transport,
        lines: { ...page.lines, receives: [...page.lines.receives, more] },
      },
      world.now,
    );
    world.run(1_000);
    expect((picture?.frames ?? 0) - frames).toBeGreaterThanOrEqual(24);
    world.room.take(
      { type: "negotiated", transport: page.transport, lines: { extensions: ids, sends: [], receives: [] } },
      world.now,
    );
    const out = world.packetsOut;
    world.run(200);
    expect(world.packetsOut).toBe(out);
  });

  it("[X25] an empty room wants nothing, and a quiet one little", () => {
    const world = pair();
    expect(world.room.nextAt).toBeLessThanOrEqual(world.now);
    world.run(100);
    world.leave("a");
    world.leave("b");
    world.run(100);
    expect(world.room.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("what is not a picture that was sent is told by the fixture", () => {
    expect(() => contentOf(Uint8Array.from([0, 1, 2, 3]), "audio")).toThrow("not what was sent");
  });
});

it("[X17] what reports say of a few packets lowers nothing; of many it does", () => {
  const world = pair();
  const page = world.pages.get("b");
  if (page === undefined) throw new Error("no page");
  // Without transport-wide numbers.
  const { transportSequenceNumber: _, ...extensions } = ids;
  world.room.take(
    { type: "negotiated", transport: page.transport, lines: { ...page.lines, extensions } },
    world.now,
  );
  world.run(2_000);
  const [picture, voice] = screensOf(world, "b").map(({ line }) => line.ssrc);
  const say = (source: number | undefined, highestSequence: number, fractionLost: number): void => {
    const writer = new RtcpWriter();
    const rest = { totalLost: 0, jitter: 0, lastReport: 0, delay: 0 };
    writer.receiverReport(1, [{ source: source ?? 0, highestSequence, fractionLost, ...rest }]);
    world.room.take({ type: "rtcp", transport: page.transport, packet: writer.take().slice() }, world.now);
  };
  const bits = (): number =>
    world.room.statistics.receivers.find(({ peer }) => peer === "b")?.downlinkBits ?? 0;
  const before = bits();
  say(picture, 1_000, 0);
  say(voice, 2_000, 0);
  for (let turn = 1; turn <= 3; turn++) {
    // Half of ten packets of sound, none of a hundred of the picture.
    say(voice, 2_000 + turn * 10, 128);
    say(picture, 1_000 + turn * 100, 0);
    world.run(1_000);
  }
  expect(bits()).toBeGreaterThanOrEqual(before);
  for (let turn = 4; turn <= 6; turn++) {
    say(picture, 1_000 + turn * 100, 90);
    world.run(1_000);
  }
  expect(bits()).toBeLessThan(before);
});
