import { describe, expect, it } from "vitest";
import { type DriverPage, forwarderStage, meshStage } from "./media-drivers.fixture.ts";
import { kindsOf, stream, type Track, track } from "./pages.fixture.ts";
import { peerStage } from "./peer/stage.fixture.ts";

/*
 * What holds of a room's media whichever way it goes, as embedders see it and up to the browser's senders. The same in real browsers, with
 * what only they can show: `e2e/tests/media-drivers.test.ts`.
 */

/** Every driver there is; a new one is a line here, and in `e2e/harness/media-drivers.ts`. */
const drivers = [
  ["mesh", meshStage],
  ["forwarder", forwarderStage],
  ["peer", peerStage],
] as const;

const shows = (page: DriverPage, of: DriverPage, source = "camera") => {
  const media = page.media.of(of.id).get(source);
  return media && { audio: media.audio, video: media.video, kinds: kindsOf(media)?.toSorted() };
};
const everything = { audio: "on", video: "on", kinds: ["audio", "video"] };

describe.each(drivers)("media by %s", (_name, open) => {
  /** Two with cameras and microphones. */
  async function two() {
    const stage = open();
    const [ada, bo] = [stage.enter("ada"), stage.enter("bo")];
    const tracks = { ada: [track("audio"), track("video")], bo: [track("audio"), track("video")] } as const;
    const camera = ada.media.publish(stream(...tracks.ada), { source: "camera" });
    bo.media.publish(stream(...tracks.bo), { source: "camera" });
    await stage.rest();
    const arrives = (on: DriverPage, from: DriverPage, source = "camera") =>
      (["audio", "video"] as const).map((kind) => on.arrives(from, source, kind));
    return {
      stage,
      ada,
      bo,
      tracks,
      camera,
      arrives,
      ids: (of: "ada" | "bo") => tracks[of].map(({ id }) => id),
    };
  }

  it("[X180] what is published is there for the other, and told once", async () => {
    const { ada, bo, arrives, ids } = await two();
    expect([shows(bo, ada), shows(ada, bo)]).toEqual([everything, everything]);
    expect([arrives(bo, ada), arrives(ada, bo)]).toEqual([ids("ada"), ids("bo")]);
    expect(bo.events.filter((event) => !event.startsWith("media ada camera"))).toEqual([]);
  });

  it("[X180] who comes late has everything, and the others what it brings", async () => {
    const { stage, ada, bo, arrives, ids } = await two();
    const cy = stage.enter("cy");
    const own = track("video");
    cy.media.publish(stream(own), { source: "camera" });
    await stage.rest();
    expect([arrives(cy, ada), arrives(cy, bo)]).toEqual([ids("ada"), ids("bo")]);
    for (const page of [ada, bo]) {
      expect(shows(page, cy)).toEqual({ audio: "none", video: "on", kinds: ["video"] });
      expect(page.arrives(cy, "camera", "video")).toBe(own.id);
    }
    expect(arrives(bo, ada)).toEqual(ids("ada"));
  });

  it.each(["audio", "video"] as const)(
    "[X180] muted %s is told and not sent, the rest goes on",
    async (kind) => {
      const { stage, ada, bo, camera, arrives, ids } = await two();
      const before = bo.media.of(ada.id).get("camera")?.stream;
      camera.mute(kind);
      await stage.rest();
      expect(shows(bo, ada)).toMatchObject({ audio: "on", video: "on", [kind]: "muted" });
      expect(arrives(bo, ada)).toEqual(
        ids("ada").map((id, at) => (at === (kind === "audio" ? 0 : 1) ? null : id)),
      );
      camera.unmute(kind);
      await stage.rest();
      expect(shows(bo, ada)).toEqual(everything);
      expect(arrives(bo, ada)).toEqual(ids("ada"));
      expect(bo.media.of(ada.id).get("camera")?.stream).toBe(before);
      expect(bo.events.filter((event) => event.startsWith("media-ended"))).toEqual([]);
    },
  );

  it("[X180] a screen comes and goes beside the camera, and again", async () => {
    const { stage, ada, bo, arrives, ids } = await two();
    for (let turn = 0; turn < 2; turn++) {
      bo.events.length = 0;
      const picture = track("video");
      const screen = ada.media.publish(stream(picture), { source: "screen" });
      await stage.rest();
      expect(bo.arrives(ada, "screen", "video")).toBe(picture.id);
      expect(shows(bo, ada, "screen")).toEqual({ audio: "none", video: "on", kinds: ["video"] });
      screen.unpublish();
      await stage.rest();
      expect(shows(bo, ada, "screen")).toBeUndefined();
      expect(bo.events.filter((event) => event.startsWith("media-ended"))).toEqual([
        "media-ended ada screen none on",
      ]);
      expect(arrives(bo, ada)).toEqual(ids("ada"));
    }
  });

  it("[X180] a track takes another's place, is taken away, and comes again", async () => {
    const { stage, ada, bo, camera } = await two();
    const other = track("video");
    await camera.replace(other);
    await stage.rest();
    expect(bo.arrives(ada, "camera", "video")).toBe(other.id);
    await camera.replace(null, "video");
    await stage.rest();
    expect(shows(bo, ada)).toEqual({ audio: "on", video: "none", kinds: ["audio"] });
    const third = track("video");
    await camera.replace(third);
    await stage.rest();
    expect(shows(bo, ada)).toEqual(everything);
    expect(bo.arrives(ada, "camera", "video")).toBe(third.id);
  });

  it("[X180] a second publication of a source takes the place of the first", async () => {
    const { stage, ada, bo } = await two();
    const next = [track("audio"), track("video")] as const;
    ada.media.publish(stream(...next), { source: "camera" });
    await stage.rest();
    expect([bo.arrives(ada, "camera", "audio"), bo.arrives(ada, "camera", "video")]).toEqual(
      next.map(({ id }) => id),
    );
    expect(bo.events.filter((event) => event.startsWith("media-ended"))).toEqual([]);
  });

  it("[X180] who does not look gets no picture, and sound all the same; the others get theirs", async () => {
    const { stage, ada, bo, arrives, ids } = await two();
    const cy = stage.enter("cy");
    await stage.rest();
    const camera = () => bo.media.of(ada.id).get("camera");
    camera()?.want("none");
    await stage.rest();
    expect(arrives(bo, ada)).toEqual([ids("ada")[0], null]);
    expect(arrives(cy, ada)).toEqual(ids("ada"));
    camera()?.want({ height: 360 });
    await stage.rest();
    expect(arrives(bo, ada)).toEqual(ids("ada"));
  });

  it("[X180] who leaves is gone from everyone, and nobody else is touched", async () => {
    const { stage, ada, bo, arrives, ids } = await two();
    const cy = stage.enter("cy");
    cy.media.publish(stream(track("audio")), { source: "camera" });
    await stage.rest();
    for (const page of [ada, bo]) page.events.length = 0;
    stage.leave(cy);
    await stage.rest();
    for (const page of [ada, bo]) {
      expect(shows(page, cy)).toBeUndefined();
      expect(page.events).toEqual(["media-ended cy camera on none"]);
    }
    expect([arrives(bo, ada), arrives(ada, bo)]).toEqual([ids("ada"), ids("bo")]);
  });

  it("[X180] what carries media may end: the same streams go on, and nothing was said to end", async () => {
    const { stage, ada, bo, arrives, ids, camera } = await two();
    const before = bo.media.of(ada.id).get("camera")?.stream;
    camera.mute("audio");
    await stage.rest();
    stage.breakDown();
    await stage.rest();
    camera.unmute("audio");
    await stage.rest();
    expect([arrives(bo, ada), arrives(ada, bo)]).toEqual([ids("ada"), ids("bo")]);
    expect(bo.media.of(ada.id).get("camera")?.stream).toBe(before);
    expect(shows(bo, ada)).toEqual(everything);
    expect(bo.events.filter((event) => event.startsWith("media-ended"))).toEqual([]);
  });

  it("[X180] whatever happens, a track that was handed in is not stopped or changed", async () => {
    const { stage, ada, tracks, camera } = await two();
    camera.mute();
    await stage.rest();
    stage.breakDown();
    camera.unpublish();
    stage.leave(ada);
    await stage.rest();
    for (const one of tracks.ada as unknown as readonly Track[])
      expect([one.stopped, one.enabled]).toEqual([0, true]);
  });
});
