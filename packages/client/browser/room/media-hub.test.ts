import { describe, expect, it } from "vitest";
import type { JsonValue, Peer } from "../api.ts";
import { stream, track } from "../media/pages.fixture.ts";
import type { ChannelHub, MediaHub } from "../seams.ts";
import { createMediaHub } from "./media-hub.ts";
import type { Own } from "./peers.ts";

describe("the media of a room", () => {
  it("[S42] are published as given along, and told to each peer whose channels open", () => {
    const opened: ((peer: Peer) => void)[] = [];
    const sent: [frame: JsonValue, to?: Peer][] = [];
    const hub = {
      channel: (name: string, delivery: string) => {
        expect([name, delivery]).toEqual(["parlour:media", "ordered"]);
        return {
          on: () => () => {},
          send: async (frame: JsonValue, { to }: { to?: Peer } = {}) =>
            void sent.push(to ? [frame, to] : [frame]),
        };
      },
      on: (_: "open", listener: (peer: Peer) => void) => opened.push(listener),
    } as unknown as ChannelHub;
    const given = stream(track("video"));
    const media = createMediaHub({
      hub,
      emit: () => {},
      log: () => {},
      publish: [{ stream: given, source: "camera" }],
    });
    expect(media.publications.get("camera")?.stream).toBe(given);
    const bo = { id: "b" } as Peer;
    sent.length = 0;
    for (const tell of opened) tell(bo);
    expect(sent).toEqual([
      [{ n: 1, sources: { camera: { audio: "none", video: "on" } } }, bo],
      [{ wants: {} }, bo],
    ]);
  });

  it("[X150] take links to everyone in a mesh while this page publishes anything, and all until it is known which way they go", async () => {
    const hub = {
      channel: () => ({ on: () => () => {}, send: async () => {} }),
      on: () => {},
    } as unknown as ChannelHub;
    const media = createMediaHub({ hub, emit: () => {}, log: () => {}, publish: [] });
    const own = {} as Own;
    const view = { topology: "mesh", state: "live", peers: new Map(), self: { id: "a" } };
    let goLive = (): void => {};
    media.begin({
      own,
      view,
      on: (event: string, listener: () => void) => {
        if (event === "state") goLive = listener;
      },
      session: { send() {} },
    } as unknown as Parameters<MediaHub["begin"]>[0]);
    expect(own.needsLink?.("b")).toBe(true);
    goLive();
    expect(own.needsLink?.("b")).toBe(false);
    const publication = await media.publish(stream(track("audio")), { source: "camera" });
    expect(own.needsLink?.("b")).toBe(true);
    view.topology = "forwarder";
    expect(own.needsLink?.("b")).toBe(false);
    view.topology = "mesh";
    publication.unpublish();
    expect(own.needsLink?.("b")).toBe(false);
    view.state = "left";
  });
});
