import { describe, expect, it } from "vitest";
import type { JsonValue, Peer } from "../api.ts";
import { stream, track } from "../media/pages.fixture.ts";
import type { ChannelHub } from "../seams.ts";
import { createMediaHub } from "./media-hub.ts";

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
});
