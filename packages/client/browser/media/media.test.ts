import { describe, expect, it } from "vitest";
import type { Peer, Publication } from "../api.ts";
import { kindsOf, pages, stream, type Track, track } from "./pages.fixture.ts";
import { parseMediaDescription, parseMediaState } from "./state.ts";

describe("media", () => {
  it("[M1] has both camera slots in the first offer, and the answering side fills the same ones", async () => {
    const { a, b, connect, offers, sending, links, rest } = pages();
    const mine = [track("audio"), track("video")] as const;
    const theirs = track("video");
    a.publish(stream(...mine), { source: "camera" });
    b.publish(stream(theirs), { source: "camera" });
    await connect();
    await rest();
    expect(offers()).toBe(1);
    expect(sending("a")).toEqual([mine[0].id, mine[1].id]);
    expect(sending("b")).toEqual([null, theirs.id]);
    const directions = links.b?.connection?.getTransceivers().map(({ currentDirection }) => currentDirection);
    expect(directions).toEqual(["sendrecv", "sendrecv"]);
    expect(kindsOf(b.of("a").get("camera"))).toEqual(["audio", "video"]);
    expect(a.of("b").get("camera")).toMatchObject({ source: "camera", audio: "none", video: "on" });
    expect(kindsOf(a.of("b").get("camera"))).toEqual(["video"]);
  });

  it("[M2] negotiates nothing when a camera comes later, on either side", async () => {
    const { a, b, connect, offers, sending, rest } = pages();
    await connect();
    const [mine, theirs] = [track("video"), track("audio")];
    a.publish(stream(mine), { source: "camera" });
    b.publish(stream(theirs), { source: "camera" });
    await rest();
    expect([sending("a"), sending("b"), offers()]).toEqual([[null, mine.id], [theirs.id, null], 1]);
    expect(kindsOf(a.of("b").get("camera"))).toEqual(["audio"]);
  });

  it("[M3] gives another source slots once, and both sides use them", async () => {
    const { a, b, connect, offers, sending, rest, events } = pages();
    await connect();
    const first = a.publish(stream(track("video")), { source: "screen" });
    await rest();
    expect(offers()).toBe(2);
    first.unpublish();
    const [again, theirs] = [track("video"), track("video")];
    a.publish(stream(again), { source: "screen" });
    b.publish(stream(theirs), { source: "screen" });
    await rest();
    expect(offers()).toBe(2);
    expect(sending("a")).toEqual([null, null, again.id]);
    expect(sending("b")).toEqual([null, null, theirs.id]);
    expect(events).toContain("a: screen none on");
  });

  it("[M3] finds the right lines when both sides add a screen at the same instant", async () => {
    const { a, b, connect, links, sending, rest } = pages();
    await connect();
    const [mine, theirs] = [track("video"), track("video")];
    a.publish(stream(mine), { source: "screen" });
    b.publish(stream(theirs), { source: "screen" });
    await rest();
    for (const [media, peer, side, from] of [
      [a, "b", "a", "b"],
      [b, "a", "b", "a"],
    ] as const) {
      const shown = media.of(peer).get("screen")?.stream.getTracks()[0];
      const line = links[side]?.connection
        ?.getTransceivers()
        .find(({ receiver }) => receiver.track === shown)?.mid;
      const sender = links[from]?.connection?.getTransceivers().find(({ mid }) => mid === line)?.sender;
      expect(sending(from)).toContain(sender?.track?.id);
      expect(sender?.track?.id).toBe(side === "a" ? theirs.id : mine.id);
    }
  });

  it("[M4] mutes and unmutes per kind, and leaves the tracks alone", async () => {
    const { a, b, connect, sending, rest } = pages();
    const own = [track("audio"), track("video")] as const;
    const camera = a.publish(stream(...own), { source: "camera" });
    await connect();
    camera.mute("audio");
    await rest();
    expect([sending("a"), camera.audio, camera.video]).toEqual([[null, own[1].id], "muted", "on"]);
    expect(b.of("a").get("camera")).toMatchObject({ audio: "muted", video: "on" });
    expect(kindsOf(b.of("a").get("camera"))).toEqual(["audio", "video"]);
    camera.mute();
    camera.unmute("audio");
    await rest();
    expect([sending("a"), camera.audio, camera.video]).toEqual([[own[0].id, null], "on", "muted"]);
    camera.unmute();
    camera.unpublish();
    await rest();
    expect(own.map((each) => each as unknown as Track)).toMatchObject([
      { stopped: 0, enabled: true },
      { stopped: 0, enabled: true },
    ]);
  });

  it("[M5] takes a kind away and brings another track of it", async () => {
    const { a, b, connect, sending, rest, offers } = pages();
    const [audio, video] = [track("audio"), track("video")];
    const camera = a.publish(stream(audio, video), { source: "camera" });
    await connect();
    camera.mute("video");
    await camera.replace(null, "video");
    await rest();
    expect([sending("a"), camera.video]).toEqual([[audio.id, null], "none"]);
    expect(kindsOf(b.of("a").get("camera"))).toEqual(["audio"]);
    const other = track("video");
    await camera.replace(other);
    expect(sending("a")).toEqual([audio.id, other.id]);
    await rest();
    expect(b.of("a").get("camera")).toMatchObject({ audio: "on", video: "on" });
    expect(offers()).toBe(1);
  });

  it("[M6] keeps one stream per source, through mutes and new connections, until it ends", async () => {
    const { a, b, connect, links, until, rest, events } = pages();
    const camera = a.publish(stream(track("video")), { source: "camera" });
    await connect();
    await rest();
    const shown = b.of("a").get("camera")?.stream;
    const before = shown?.getTracks()[0];
    camera.mute();
    links.a?.rebuild("test");
    await until(() => shown?.getTracks()[0] !== before && links.b?.state === "connected");
    await rest();
    expect(b.of("a").get("camera")?.stream).toBe(shown);
    expect(shown?.getTracks().length).toBe(1);
    expect(events.filter((event) => event.endsWith("ended"))).toEqual([]);
    camera.unpublish();
    await rest();
    a.publish(stream(track("video")), { source: "camera" });
    await rest();
    expect(b.of("a").get("camera")?.stream).not.toBe(shown);
  });

  it("[M7] announces what appears, changes and ends, once each", async () => {
    const { a, b, connect, rest, events } = pages();
    await connect();
    const camera = a.publish(stream(track("audio")), { source: "camera" });
    await rest();
    camera.mute();
    camera.mute();
    await rest();
    camera.unpublish();
    await rest();
    a.publish(stream(track("video")), { source: "screen" });
    await rest();
    b.remove("a");
    b.remove("a");
    expect(events).toEqual([
      "b: camera on none",
      "b: camera muted none",
      "b: camera ended",
      "b: screen none on",
      "b: screen ended",
    ]);
    expect(b.of("a").size).toBe(0);
  });

  it("[M8] takes no older state, and waits for slots that are not described yet", async () => {
    const { a, b, connect, rest, events } = pages();
    a.publish(stream(track("audio")), { source: "camera" });
    await connect();
    await rest();
    events.length = 0;
    const { n } = a.state();
    b.receive("a", { n, sources: { camera: { audio: "muted", video: "none" } } });
    b.receive("a", { n: n - 1, sources: {} });
    expect(events).toEqual([]);
    const screen = { audio: "none", video: "on" };
    b.receive("a", { n: n + 1, sources: { camera: { audio: "on", video: "none" }, screen } });
    expect([events, b.of("a").has("screen")]).toEqual([[], false]);
    b.receive("a", { n: n + 2, sources: {} });
    expect(events).toEqual(["b: camera ended"]);
  });

  it.each([
    ["nothing", null],
    ["no sources", { n: 1 }],
    ["another word", { n: 1, sources: { camera: { audio: "loud", video: "on" } } }],
    ["a negative count", { n: -1, sources: {} }],
    [
      "too many sources",
      {
        n: 1,
        sources: Object.fromEntries(
          Array.from({ length: 17 }, (_, i) => [`s${i}`, { audio: "on", video: "on" }]),
        ),
      },
    ],
    ["a long name", { n: 1, sources: { ["s".repeat(33)]: { audio: "on", video: "on" } } }],
  ])("[M9] takes %s for no state", (_, value) => {
    expect(parseMediaState(value)).toBeUndefined();
    expect(parseMediaDescription({ ...(value ?? {}), mids: {} })).toBeUndefined();
  });

  it("[X182] how loud a source is: nothing before that part is loaded", async () => {
    const { a, b, connect, rest } = pages();
    a.publish(stream(track("audio")), { source: "camera" });
    await connect();
    await rest();
    expect(b.of("a").get("camera")?.level()).toBe(0);
  });

  it("[M9] survives descriptions that point nowhere or at the wrong kind", async () => {
    const { b, connect, links, rest } = pages();
    await connect();
    await rest();
    const on = links.b?.connection;
    if (on === undefined) throw new Error("no connection");
    const part = b.add({ id: "x" } as Peer);
    part.attach(on, "answerer");
    const state = { n: 9, sources: { camera: { audio: "on", video: "on" } } };
    for (const value of [
      { ...state, mids: { 7: ["camera", "audio"] } },
      { ...state, mids: { 0: ["camera", "video"], 1: ["camera", "audio"] } },
      { ...state, mids: { 0: ["camera", "smell"] } },
      "media",
    ])
      part.described?.(value, on);
    expect(b.of("x").size).toBe(0);
  });

  it("[M10] lets a second publication of a source take the place of the first", async () => {
    const { a, b, connect, sending, rest, events } = pages();
    const [first, second] = [track("video"), track("video")];
    const old: Publication = a.publish(stream(first), { source: "camera" });
    await connect();
    const present = a.publish(stream(second), { source: "camera" });
    await rest();
    old.mute();
    await old.replace(track("video"));
    old.unpublish();
    await rest();
    expect(sending("a")).toEqual([null, second.id]);
    expect(a.publications.get("camera")).toBe(present);
    expect(events.filter((event) => event.endsWith("ended"))).toEqual([]);
    expect(b.of("a").get("camera")?.video).toBe("on");
  });
});
