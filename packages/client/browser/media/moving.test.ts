import { describe, expect, it } from "vitest";
import { type FakeReceiver, fakeReceiver, flows, movingPages } from "./moving.fixture.ts";
import { stream, track } from "./pages.fixture.ts";

const on = { audio: "on", video: "on" } as const;

/** Two pages in a mesh, each with a camera and a microphone, and the room then moved to the forwarder, which is up. */
async function moved() {
  const stage = movingPages();
  const mine = { audio: track("audio"), video: track("video") };
  stage.a.publish(stream(mine.audio, mine.video), { source: "camera" });
  stage.b.publish(stream(track("audio"), track("video")), { source: "camera" });
  await stage.connect();
  await stage.rest();
  const shown = stage.b.of("a").get("camera")?.stream as MediaStream;
  const before = { audio: shown.getAudioTracks()[0], video: shown.getVideoTracks()[0] };
  await stage.plan("forwarder", 1);
  for (const side of ["a", "b"] as const) {
    const driver = stage.drivers[side];
    driver.isUp = true;
    driver.publishes = { [side === "a" ? "b" : "a"]: { camera: on } };
    driver.setup.onChange();
  }
  await stage.pass(100);
  return { ...stage, mine, shown, before };
}
const sends = (stage: { sending(side: "a" | "b"): readonly (string | null)[] | undefined }) =>
  stage.sending("a")?.map((id) => id !== null);

describe("moving a room's media", () => {
  it("[X60] looks again at what comes when a connection was closed while it was asked, which Firefox never answers", async () => {
    const stage = await moved();
    const [asked, next] = [fakeReceiver("video"), fakeReceiver("video")];
    asked.getStats = () => new Promise(() => {});
    stage.drivers.b.put("a", "video", "camera", asked);
    await stage.pass(200);
    // The place has another receiver, and nobody says so.
    for (const place of stage.drivers.b.brings.keys()) stage.drivers.b.brings.set(place, next);
    flows(next);
    await stage.pass(3_000);
    expect(stage.shown.getVideoTracks()).toEqual([next.track]);
  });

  it("[X60] takes a source from the new way once something came by it, and the sender then ends the old one, kind by kind", async () => {
    const stage = await moved();
    const { drivers, shown, before } = stage;
    expect(sends(stage)).toEqual([true, true]);
    const [voice, picture] = [fakeReceiver("audio"), fakeReceiver("video")];
    drivers.b.put("a", "audio", "camera", voice);
    drivers.b.put("a", "video", "camera", picture);
    await stage.pass(500);
    // Agreed on, and nothing came: what is shown stays.
    expect(shown.getTracks()).toEqual([before.audio, before.video]);
    expect(sends(stage)).toEqual([true, true]);
    flows(voice);
    await stage.pass(200);
    expect([shown.getAudioTracks(), shown.getVideoTracks()]).toEqual([[voice.track], [before.video]]);
    expect(sends(stage)).toEqual([false, true]);
    flows(picture);
    await stage.pass(200);
    expect([shown.getAudioTracks(), shown.getVideoTracks()]).toEqual([[voice.track], [picture.track]]);
    expect(sends(stage)).toEqual([false, false]);
    expect(stage.b.of("a").get("camera")?.stream).toBe(shown);
    expect(stage.events.filter((event) => event.includes("ended"))).toEqual([]);
  });

  it("[X60] takes nobody for silent who has no place there until the new way has been up for two seconds, however long that took", async () => {
    const stage = movingPages();
    stage.a.publish(stream(track("audio"), track("video")), { source: "camera" });
    await stage.connect();
    await stage.rest();
    const shown = stage.b.of("a").get("camera")?.stream as MediaStream;
    const [before] = shown.getAudioTracks();
    await stage.plan("forwarder", 1);
    // A slow machine, or a long way.
    await stage.pass(4_000);
    const driver = stage.drivers.b;
    driver.isUp = true;
    driver.publishes = { a: { camera: on } };
    driver.setup.onChange();
    await stage.pass(1_500);
    expect(shown.getAudioTracks()).toEqual([before]);
    const voice = fakeReceiver("audio");
    driver.put("a", "audio", "camera", voice);
    flows(voice);
    await stage.pass(200);
    expect(shown.getAudioTracks()).toEqual([voice.track]);
  });

  it("[X60] when sound and picture move in the same moment, their stream is not without a track in between", async () => {
    const stage = await moved();
    const { drivers, shown } = stage;
    const left: number[] = [];
    const remove = shown.removeTrack.bind(shown);
    shown.removeTrack = (track) => {
      remove(track);
      left.push(shown.getTracks().length);
    };
    const [voice, picture] = [fakeReceiver("audio"), fakeReceiver("video")];
    drivers.b.put("a", "audio", "camera", voice);
    drivers.b.put("a", "video", "camera", picture);
    flows(voice);
    flows(picture);
    await stage.pass(200);
    expect(new Set(shown.getTracks())).toEqual(new Set([voice.track, picture.track]));
    expect(left).toEqual([2, 1]);
  });

  it("[X61] goes back to the links the same way, and takes the old way down when nothing comes by it", async () => {
    const stage = await moved();
    const { drivers, shown, before } = stage;
    const [voice, picture] = [fakeReceiver("audio"), fakeReceiver("video")];
    drivers.b.put("a", "audio", "camera", voice);
    drivers.b.put("a", "video", "camera", picture);
    flows(voice);
    flows(picture);
    await stage.pass(300);
    expect(sends(stage)).toEqual([false, false]);
    await stage.plan("mesh", 2);
    expect(sends(stage)).toEqual([true, true]);
    expect(shown.getTracks()).toEqual([voice.track, picture.track]);
    const linked = stage.links.b?.connection?.getTransceivers().map(({ receiver }) => receiver) ?? [];
    for (const receiver of linked)
      flows(receiver, { packetsReceived: 5, framesDecoded: 5, keyFramesDecoded: 1 });
    await stage.pass(200);
    expect(shown.getTracks()).toEqual([voice.track, picture.track]);
    for (const receiver of linked) flows(receiver);
    await stage.pass(200);
    expect(shown.getTracks()).toEqual([before.audio, before.video]);
    expect(drivers.b.isClosed).toBe(false);
    await stage.pass(25_000);
    expect([drivers.a.isClosed, drivers.b.isClosed]).toEqual([true, true]);
    const { firstNumber } = drivers.b.setup;
    // The engine takes nothing with a number that it had from this page before.
    await new Promise((resolve) => setTimeout(resolve, 2));
    await stage.plan("forwarder", 3);
    expect(stage.drivers.b.setup.firstNumber).toBeGreaterThan(firstNumber);
  });

  it("[X62] moves what is held back, or not looked at, without waiting for anything", async () => {
    const stage = await moved();
    const { drivers } = stage;
    const camera = stage.a.publications.get("camera");
    camera?.mute("audio");
    stage.b.of("a").get("camera")?.want("none");
    await stage.pass(200);
    expect(sends(stage)).toEqual([false, false]);
    camera?.unmute("audio");
    await stage.pass(200);
    expect(sends(stage)).toEqual([false, false]);
    expect(drivers.a.synced).toBeGreaterThan(1);
  });

  it("[X63] asks for what the forwarder does not bring by link, and for everything when it is lost", async () => {
    const stage = await moved();
    const { drivers } = stage;
    const [voice, picture] = [fakeReceiver("audio"), fakeReceiver("video")];
    drivers.b.put("a", "audio", "camera", voice);
    drivers.b.put("a", "video", "camera", picture);
    flows(voice);
    flows(picture);
    await stage.pass(300);
    expect(sends(stage)).toEqual([false, false]);
    // A source that only the link knows of.
    stage.a.publish(stream(track("video")), { source: "screen" });
    await stage.pass(1_000);
    expect(sends(stage)).toEqual([false, false, false]);
    await stage.pass(7_000);
    expect(sends(stage)).toEqual([false, false, true]);
    drivers.b.isUp = false;
    drivers.b.isLost = true;
    drivers.b.setup.onChange();
    await stage.pass(10_000);
    expect(sends(stage)).toEqual([true, true, true]);
  });

  it("[X64] a page without the other half sends and takes by link, and tries again to get it", async () => {
    const stage = movingPages();
    stage.a.publish(stream(track("audio"), track("video")), { source: "camera" });
    await stage.connect();
    await stage.rest();
    stage.failing.isMissing = true;
    await stage.plan("forwarder", 1);
    await stage.pass(9_000);
    expect(stage.drivers.b).toBeUndefined();
    expect(sends(stage)).toEqual([true, true]);
    stage.failing.isMissing = false;
    await stage.pass(9_000);
    expect(stage.drivers.b).toBeDefined();
  });

  it("[X159] tells that media are needed by link while the forwarder can't be had, and no more once it can", async () => {
    const stage = movingPages();
    await stage.connect();
    await stage.rest();
    stage.failing.isMissing = true;
    await stage.plan("forwarder", 1);
    await stage.pass(5_000);
    expect(stage.own.lacksMedia).toBe(false);
    await stage.pass(2_000);
    expect(stage.own.lacksMedia).toBe(true);
    stage.failing.isMissing = false;
    await stage.pass(7_000);
    const up = async (isUp: boolean, isLost: boolean): Promise<void> => {
      for (const driver of [stage.drivers.a, stage.drivers.b]) {
        Object.assign(driver, { isUp, isLost });
        driver.setup.onChange();
      }
      await stage.pass(100);
    };
    await up(true, false);
    expect(stage.own.lacksMedia).toBe(false);
    await up(false, true);
    expect(stage.own.lacksMedia).toBe(true);
    await stage.plan("mesh", 2);
    expect(stage.own.lacksMedia).toBe(false);
  });

  it("[X65] links that begin while the room is forwarded carry no pictures, and sound to pages that say nothing", async () => {
    const stage = movingPages();
    stage.a.publish(stream(track("audio"), track("video")), { source: "camera" });
    await stage.plan("forwarder", 1);
    await stage.connect();
    await stage.pass(1_000);
    expect(sends(stage)).toEqual([false, false]);
    const beside = movingPages("public", true);
    beside.a.publish(stream(track("audio"), track("video")), { source: "camera" });
    await beside.plan("forwarder", 1);
    await beside.connect();
    await beside.pass(1_000);
    expect(sends(beside)).toEqual([false, false]);
    await beside.pass(9_000);
    expect(sends(beside)).toEqual([true, false]);
  });

  it("[X66] a place with another's picture is nobody else's, at once; what was in it is shown once a whole picture came", async () => {
    const stage = await moved();
    const { drivers, shown, a } = stage;
    a.publish(stream(track("video")), { source: "screen" });
    drivers.b.publishes = { a: { camera: on, screen: { audio: "none", video: "on" } } };
    const place = fakeReceiver("video");
    drivers.b.put("a", "video", "camera", place);
    flows(place);
    await stage.pass(300);
    expect(shown.getVideoTracks()).toEqual([place.track]);
    drivers.b.used.add(place);
    drivers.b.put("a", "video", "camera", undefined);
    await stage.pass(100);
    // Nothing comes any more, and the last picture may stay.
    expect(shown.getVideoTracks()).toEqual([place.track]);
    drivers.b.put("a", "video", "screen", place);
    await stage.pass(100);
    expect(shown.getVideoTracks()).toEqual([]);
    const screen = () => stage.b.of("a").get("screen")?.stream.getVideoTracks();
    flows(place, { framesDecoded: 12, keyFramesDecoded: 1 });
    await stage.pass(200);
    expect(screen()).not.toEqual([place.track]);
    flows(place);
    await stage.pass(200);
    expect(screen()).toEqual([place.track]);
  });

  it("[W110] whose picture is left out is told with the number that comes, until it comes, and only where it comes that way", async () => {
    const stage = await moved();
    const { drivers } = stage;
    const leftOut = () => stage.b.of("a").get("camera")?.leftOut;
    const events = () => stage.events.filter((event) => event.includes("left out"));
    drivers.b.beyond.set("a", 12);
    drivers.b.setup.onChange();
    await stage.pass(100);
    // It still comes by link.
    expect(leftOut()).toBeUndefined();
    await stage.pass(10_000);
    expect(events()).toEqual(["b: camera left out of 12"]);
    expect([leftOut(), stage.shown.getVideoTracks()]).toEqual([12, []]);
    drivers.b.beyond.delete("a");
    drivers.b.setup.onChange();
    await stage.pass(100);
    expect(leftOut()).toBeUndefined();
    expect(events()[1]).toBe("b: camera left out no more");
    const picture = fakeReceiver("video");
    drivers.b.put("a", "video", "camera", picture);
    flows(picture);
    await stage.pass(200);
    expect(stage.shown.getVideoTracks()).toEqual([picture.track]);
  });

  it("[X182] how loud someone is comes from what flows here, and from the engine where their sound has no place", async () => {
    const stage = await moved();
    const { drivers } = stage;
    const level = () => stage.b.of("a").get("camera")?.level();
    const linked = stage.links.b?.connection
      ?.getTransceivers()
      .find(({ receiver }) => receiver.track.kind === "audio")?.receiver as unknown as Partial<FakeReceiver>;
    linked.getSynchronizationSources = () => [{ audioLevel: 0.5 }];
    drivers.b.levels.set("a", 0.1);
    expect(level()).toBe(0.5);
    const voice = fakeReceiver("audio");
    voice.level = 0.25;
    drivers.b.put("a", "audio", "camera", voice);
    flows(voice);
    await stage.pass(200);
    expect(level()).toBe(0.25);
    expect(stage.b.of("a").get("camera")?.stream.getAudioTracks()).toEqual([voice.track]);
    drivers.b.put("a", "audio", "camera", undefined);
    expect(level()).toBe(0.1);
    drivers.b.levels.clear();
    expect(level()).toBe(0);
  });

  it("[X67] in a private room nothing is sent that way before frames can be sealed", async () => {
    const stage = movingPages("private");
    stage.a.publish(stream(track("video")), { source: "camera" });
    await stage.connect();
    await stage.plan("forwarder", 1);
    await stage.pass(1_000);
    expect([stage.drivers.a, sends(stage)]).toEqual([undefined, [false, true]]);
    const sealing = async () => ({}) as never;
    stage.own.sealing = sealing;
    stage.emit("room");
    await stage.pass(100);
    expect(stage.drivers.a.setup.sealing).toBe(sealing);
  });

  it("[X93][X64] whose browser can't seal frames sends and takes by link at once, and asks for no other half", async () => {
    const stage = movingPages("private");
    stage.own.sealing = async () => ({}) as never;
    stage.failing.isUnable = true;
    for (const side of ["a", "b"] as const)
      stage[side].publish(stream(track("audio"), track("video")), { source: "camera" });
    await stage.connect();
    await stage.rest();
    await stage.plan("forwarder", 1);
    await stage.pass(100);
    expect(stage.told.slice(-2).map((text) => text.slice(3))).toEqual([
      '{"moved":1,"except":["audio camera","video camera"]}',
      '{"moved":1,"except":["audio camera","video camera"]}',
    ]);
    await stage.pass(60_000);
    expect([stage.drivers.a, sends(stage)]).toEqual([undefined, [true, true]]);
  });

  it("[Z31] whoever has the room's secret seals, also where the server calls the room public", async () => {
    const stage = movingPages("public");
    const sealing = async () => ({}) as never;
    stage.own.sealing = sealing;
    stage.a.publish(stream(track("video")), { source: "camera" });
    await stage.connect();
    await stage.plan("forwarder", 1);
    await stage.pass(100);
    expect(stage.drivers.a.setup.sealing).toBe(sealing);
  });

  it("[X68] hands on what the engine says, and has everything said again when the server is back", async () => {
    const stage = await moved();
    stage.moving.a.receive(new TextEncoder().encode("{}"));
    await stage.pass(10);
    stage.emit("state", "live");
    expect(stage.drivers.a.received).toEqual(["{}", "resync"]);
    stage.emit("state", "left");
    expect(stage.drivers.a.isClosed).toBe(true);
  });

  it("[X69] reports what this page sends, when it is another, and again to a server that is back", async () => {
    const stage = movingPages();
    stage.reports.length = 0;
    const camera = stage.a.publish(stream(track("audio"), track("video")), { source: "camera" });
    stage.a.publish(stream(track("video")), { source: "screen" });
    camera.mute("video");
    camera.mute("video");
    const report = { side: "a", type: "media", sound: true };
    expect(stage.reports).toEqual([
      { ...report, cameras: 1, screens: 0 },
      { ...report, cameras: 1, screens: 1 },
      { ...report, cameras: 0, screens: 1 },
    ]);
    stage.reports.length = 0;
    stage.emit("state", "live");
    expect(stage.reports).toEqual([
      { ...report, cameras: 0, screens: 1 },
      { side: "b", type: "media", cameras: 0, screens: 0, sound: false },
    ]);
  });
});
