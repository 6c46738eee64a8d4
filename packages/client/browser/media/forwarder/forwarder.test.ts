import { describe, expect, it } from "vitest";
import { storyOf } from "../../../core/inspect/story.ts";
import type { Peer } from "../../api.ts";
import type { FrameSealing } from "../../seams.ts";
import { stream, track } from "../pages.fixture.ts";
import { bo, cy, on, stage, tracksOf } from "./engine-stage.fixture.ts";

describe("the embedded forwarder's half in the page", () => {
  it("[X70] has one connection, says on which line it sends what, and adds places for what comes", async () => {
    const page = stage();
    page.media.publish(stream(track("audio"), track("video")), { source: "camera" });
    await page.pass(200);
    expect(page.offers().map(({ connection, n, sends }) => [connection, n, sends])).toEqual([
      [0, 0, { 0: { source: "camera", kind: "audio" }, 1: { source: "camera", kind: "video" } }],
    ]);
    expect(page.last("sources")?.sources).toEqual({ camera: on });
    expect(page.driver.isUp).toBe(true);
    page.say(tracksOf(0, bo, cy));
    await page.pass(200);
    expect(page.driver.told(bo)).toEqual({ camera: on });
    expect(page.offers()).toHaveLength(2);
    const receiving = page.added.filter(({ init }) => init.direction === "recvonly").map(({ kind }) => kind);
    expect(receiving).toEqual(["video", "video", "audio", "audio"]);
    expect(page.last("wants")?.pictures).toEqual([
      { peer: bo, source: "camera", height: 360 },
      { peer: cy, source: "camera", height: 360 },
    ]);
    expect(page.made).toHaveLength(1);
    // What is known already is not said again, and an older list changes nothing.
    const count = page.said.length;
    page.say(tracksOf(0));
    page.say(tracksOf(1, bo, cy));
    await page.pass(200);
    expect(page.said).toHaveLength(count);
  });

  it("[X186] connects with a place for a voice when there is nothing to send and nobody was heard of", async () => {
    const page = stage();
    await page.pass(200);
    expect(page.added.map(({ kind, init }) => `${kind} ${init.direction}`)).toEqual(["audio recvonly"]);
    expect([page.offers().length, page.driver.isUp]).toEqual([1, true]);
  });

  it("[X71] asks for pictures as they are shown, and not for those that nobody looks at or needs from there", async () => {
    const page = stage();
    page.say(tracksOf(0, bo, cy));
    await page.pass(200);
    page.driver.want({ id: cy } as Peer, { camera: 720 });
    expect(page.last("wants")?.pictures.map(({ peer, height }) => [peer[0], height])).toEqual([
      ["c", 720],
      ["b", 360],
    ]);
    page.driver.want({ id: bo } as Peer, { camera: 0 });
    expect(page.last("wants")?.pictures.map(({ peer }) => peer[0])).toEqual(["c"]);
    page.state.needed = false;
    page.driver.look();
    expect(page.last("wants")?.pictures).toEqual([]);
  });

  it("[X71][W110] says which pictures are beyond what it takes at once, and that no more of who is shown larger", async () => {
    const page = stage();
    const all = Array.from({ length: 14 }, (_, at) => at.toString(16).repeat(22));
    const leftOut = () => all.map((id) => page.driver.leavesOut?.(id, "camera"));
    const [first, last] = [all[0] as string, all[13] as string];
    page.say(tracksOf(0, ...all));
    await page.pass(200);
    expect(leftOut()).toEqual([...Array(12).fill(undefined), 12, 12]);
    expect(page.driver.leavesOut?.(first, "screen")).toBeUndefined();
    for (const id of all) page.driver.want({ id } as Peer, { camera: 180 });
    page.driver.want({ id: last } as Peer, { camera: 720 });
    expect(page.last("wants")?.pictures[0]).toEqual({ peer: last, source: "camera", height: 720 });
    expect(leftOut()).toEqual([...Array(11).fill(undefined), 12, 12, undefined]);
    // What nobody looks at is missed by nobody.
    page.driver.want({ id: first } as Peer, { camera: 0 });
    expect(
      leftOut()
        .map((most) => most !== undefined)
        .lastIndexOf(true),
    ).toBe(12);
    expect(leftOut()[0]).toBeUndefined();
  });

  it("[X72] finds what is in its places, takes no late word of them, and knows which were used before", async () => {
    const page = stage();
    page.say(tracksOf(0, bo, cy));
    await page.pass(200);
    const place = page.made[0]?.getTransceivers().find(({ kind }) => kind === "video");
    const put = (n: number, peer: string | undefined, connection = 0) =>
      page.say({
        type: "places",
        connection,
        n,
        places: { [place?.mid ?? ""]: peer ? { peer, source: "camera", kind: "video" } : null },
      });
    const receiver = () => page.driver.receiver(bo, "camera", "video");
    expect(receiver()).toBeUndefined();
    put(0, bo, 1);
    expect(receiver()).toBeUndefined();
    put(1, bo);
    expect(receiver()).toBe(place?.receiver);
    expect(page.driver.isUsed(place?.receiver as never)).toBe(false);
    put(1, cy);
    put(0, undefined);
    expect(receiver()).toBe(place?.receiver);
    put(2, cy);
    expect([receiver(), page.driver.receiver(cy, "camera", "video")]).toEqual([undefined, place?.receiver]);
    expect(page.driver.isUsed(place?.receiver as never)).toBe(true);
  });

  it("[X73] mutes and replaces without an offer, and uses a source's lines again", async () => {
    const page = stage();
    const own = [track("audio"), track("video")] as const;
    const camera = page.media.publish(stream(...own), { source: "camera" });
    await page.pass(200);
    const sent = () => page.made[0]?.getTransceivers().map(({ sender }) => sender.track?.id ?? null);
    camera.mute("video");
    await page.pass(50);
    expect([sent(), page.last("sources")?.sources["camera"]]).toEqual([
      [own[0].id, null],
      { audio: "on", video: "muted" },
    ]);
    const encodings = () => page.made[0]?.getTransceivers()[1]?.sender.getParameters().encodings;
    expect(encodings()).toMatchObject([{ active: false }]);
    const other = track("video");
    other.getSettings = () => ({ width: 320, height: 240 });
    camera.unmute("video");
    await camera.replace(other);
    expect(sent()).toEqual([own[0].id, other.id]);
    // Its sizes are those of the new picture.
    expect(encodings()).toMatchObject([{ active: true, scaleResolutionDownBy: 1, maxBitrate: 288_000 }]);
    // Whoever changes their mind at once has what they want last.
    for (const isMuted of [true, false, true, false]) camera[isMuted ? "mute" : "unmute"]("video");
    await page.pass(50);
    expect([sent()?.[1], encodings()?.[0]?.active]).toEqual([other.id, true]);
    camera.unpublish();
    await page.pass(50);
    expect(encodings()).toMatchObject([{ active: false }]);
    expect([sent(), page.last("sources")?.sources]).toEqual([[null, null], {}]);
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(50);
    expect(page.offers()).toHaveLength(1);
    page.media.publish(stream(track("video")), { source: "screen" });
    await page.pass(50);
    expect(page.offers().at(-1)).toMatchObject({ n: 1, sends: { 2: { source: "screen", kind: "video" } } });
  });

  it("[X74] starts ICE again after 2 s without a connection, and makes another when that does not help or the engine says so", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(500);
    expect(page.driver.isUp).toBe(true);
    page.world.block();
    await page.pass(8_000);
    expect(page.offers().map(({ connection, n }) => [connection, n])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect([page.driver.isUp, page.driver.isLost]).toEqual([false, false]);
    await page.pass(15_000);
    expect(page.driver.isLost).toBe(true);
    page.world.unblock();
    await page.pass(15_000);
    expect(page.driver.isUp).toBe(true);
    expect(page.offers().at(-1)?.connection).toBeGreaterThan(0);
    const before = page.made.length;
    const failed = { type: "failed", detail: "The worker ended.", again: true };
    page.say({ ...failed, connection: before - 2, code: "restarted" });
    await page.pass(400);
    expect(page.made).toHaveLength(before);
    page.say({ ...failed, connection: before - 1, code: "lost" });
    await page.pass(400);
    expect(page.made).toHaveLength(before + 1);
    expect(page.driver.isUp).toBe(true);
    page.say({ ...failed, connection: before, code: "bad-offer", again: false });
    await page.pass(10_000);
    expect(page.made).toHaveLength(before + 1);
    await page.pass(10_000);
    expect(page.driver.isUp).toBe(true);
  });

  it("[X106] waits for nothing when the engine began anew, and only then counts as lost when that comes to nothing", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(500);
    await page.pass(60_000);
    const restarted = { type: "failed", code: "restarted", detail: "It began anew.", again: true };
    const { length } = page.said;
    page.state.answers = false;
    page.say(restarted);
    await page.pass(0);
    expect(page.made).toHaveLength(2);
    await page.pass(50);
    expect(page.said.slice(length).map(({ type }) => type)).toEqual(["sources", "wants", "offer"]);
    expect([page.driver.isUp, page.driver.isLost]).toEqual([false, false]);
    // It ended again before there was a connection: whatever it is, it is not made worse.
    page.say(restarted);
    await page.pass(0);
    expect(page.made).toHaveLength(2);
    await page.pass(300);
    expect(page.made).toHaveLength(3);
    await page.pass(4_000);
    expect(page.driver.isLost).toBe(true);
    page.state.answers = true;
    page.say(restarted);
    await page.pass(2_000);
    expect([page.driver.isUp, page.driver.isLost]).toEqual([true, false]);
  });

  it("[X76] seals every sender and opens every receiver in the turn that made it, and sends nothing when it can't", async () => {
    const did: string[] = [];
    const sealing: FrameSealing = {
      seal: (sender, kind) => {
        did.push(`seal ${kind} ${page.made[0]?.signalingState} ${page.made[0]?.pendingLocalDescription}`);
        expect(sender).toBeDefined();
        return { carry: (source) => void did.push(`carry ${source}`) };
      },
      open: (_, kind) => {
        did.push(`open ${kind}`);
        return {
          expect(from, onStuck) {
            did.push(`expect ${from?.peer[0]}`);
            if (from) onStuck?.();
          },
        };
      },
      close: () => void did.push("close"),
    };
    let fails = true;
    const page = stage({
      sealing: async () => {
        if (fails) throw new Error("no worker");
        return sealing;
      },
    });
    const camera = page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(100);
    expect([page.made.length, page.said.length]).toEqual([0, 0]);
    fails = false;
    await page.pass(2_000);
    expect(did).toEqual(["seal video stable null", "carry camera"]);
    page.say(tracksOf(0, bo));
    await page.pass(100);
    page.say({
      type: "places",
      connection: 0,
      n: 0,
      places: { 1: { peer: bo, source: "camera", kind: "video" } },
    });
    camera.unpublish();
    await page.pass(100);
    expect(did.slice(2)).toEqual(["open video", "open audio", "expect b", "carry null"]);
    expect(page.last("refresh")).toEqual({ type: "refresh", peer: bo, source: "camera" });
    page.driver.close();
    expect(did.slice(-1)).toEqual(["close"]);
  });

  it("[X182] keeps how loud the engine says that each one is, until another connection", async () => {
    const page = stage();
    await page.pass(100);
    const level = () => Math.round((page.driver.level?.(bo) ?? Number.NaN) * 1_000) / 1_000;
    expect(level()).toBe(0);
    page.say({ type: "speakers", speakers: [{ peer: bo, level: 20 }] });
    expect(level()).toBe(0.1);
    expect(page.driver.level?.(cy)).toBe(0);
    page.say({ type: "speakers", speakers: [{ peer: cy, level: 0 }] });
    expect([level(), page.driver.level?.(cy)]).toEqual([0, 1]);
    page.say({ type: "failed", connection: 0, code: "restarted", detail: "", again: true });
    expect(page.driver.level?.(cy)).toBe(0);
  });

  it("[X109] tells the story of its connection, and what flows by it with what the engine says", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    page.say(tracksOf(0, bo));
    await page.pass(1_000);
    const kinds = page.facts.map((fact) =>
      fact.kind === "state" ? `${fact.of} ${fact.state}` : fact.kind === "signal" ? fact.type : fact.kind,
    );
    expect(kinds.slice(0, 4)).toEqual(["connection", "setting", "description", "offer"]);
    for (const kind of ["answer", "candidates", "connection connected", "link connected"])
      expect(kinds).toContain(kind);
    const { steps } = storyOf(page.facts.map((fact, at) => ({ at, ...fact })));
    expect(steps.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        "connection",
        "local-offer",
        "offer-sent",
        "answer-received",
        "remote-answer",
        "connected",
      ]),
    );
    const places = { 1: { peer: bo, source: "camera", kind: "video" } };
    page.say({ type: "places", connection: 0, n: 0, places });
    const looking = page.looks[0]?.();
    const { n } = page.last("inspect") ?? { n: -1 };
    const said = { downlinkBits: 2e6, lossShare: 0.01, roundTripMs: 20, resent: 3 };
    const layers = { 1: { layer: 1, layers: 3, height: 360 } };
    page.say({ type: "inspected", n: n - 1, ...said, places: {} });
    page.say({ type: "inspected", n, ...said, places: layers });
    expect(await looking).toEqual({
      sends: [{ mid: "0", source: "camera", media: "video" }],
      places: [
        { mid: "1", media: "video", peer: bo, source: "camera", ...layers[1] },
        { mid: "2", media: "audio" },
      ],
      said,
    });
    // An engine that does not answer keeps nobody waiting for long.
    const unanswered = page.looks[0]?.();
    await page.pass(1_000);
    expect((await unanswered)?.said).toBeUndefined();
    page.say({ type: "failed", code: "restarted", detail: "It began anew.", again: true });
    await page.pass(1_000);
    expect(page.facts).toContainEqual({ kind: "trouble", what: "forwarder-failed", detail: "restarted" });
    expect(page.facts.filter(({ kind }) => kind === "connection")).toEqual([
      { kind: "connection", generation: 1 },
      { kind: "connection", generation: 2 },
    ]);
  });

  it("[X79] takes nothing from what is no message of the protocol", async () => {
    const page = stage();
    await page.pass(100);
    const { changes } = page.state;
    for (const text of [
      "",
      "null",
      "{}",
      '{"type":"tracks","n":0,"tracks":[{"peer":"b"}]}',
      '{"type":"places","connection":0,"n":0,"places":{"0":{"peer":"x"}}}',
      '{"type":"constructor"}',
    ])
      page.driver.receive(new TextEncoder().encode(text));
    page.driver.receive(Uint8Array.of(255, 254));
    expect(page.state.changes).toBe(changes);
  });
});
