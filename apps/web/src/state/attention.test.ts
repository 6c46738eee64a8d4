import { describe, expect, it } from "vitest";
import { FakePeer, fakeStream } from "../../test/fake-room.ts";
import { Attention, wantedHeight } from "./attention.ts";

describe("what is asked of senders", () => {
  it("[W43] comes in steps, and out of sight is nothing", () => {
    expect([0, 1, 90, 91, 250, 5_000].map(wantedHeight)).toEqual(["none", 90, 90, 180, 270, 1080]);
  });

  it("[W43] is told only when it makes a difference", () => {
    const bo = new FakePeer("bo", "Bo");
    const attention = new Attention();
    const media = bo.shows(fakeStream([]));
    for (const height of [170, 175, 180, 181, 0, 0, 100]) attention.show(media, height);
    expect(bo.wanted).toEqual(["180", "270", "none", "180"]);
    attention.show(undefined, 100);
    attention.show(bo.shows(fakeStream([])), 100);
    expect(bo.wanted).toHaveLength(5);
  });
});
