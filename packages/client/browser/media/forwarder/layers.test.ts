import { describe, expect, it } from "vitest";
import { layersAnew, layersFor } from "./layers.ts";
import { picturesFor, picturesToAsk, placesFor } from "./pictures.ts";

describe("what goes to a forwarder", () => {
  it("[X77] a picture goes in as many sizes as Chromium sends of so many pixels, a screen in two, with rids of their own", () => {
    const scales = (source: string, width?: number, height?: number) =>
      layersFor(source, { width, height }, 3).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
    expect(scales("camera", 1280, 720)).toEqual([4, 2, 1]);
    expect(scales("camera", 960, 540)).toEqual([4, 2, 1]);
    expect(scales("camera")).toEqual([4, 2, 1]);
    expect(scales("camera", 640, 480)).toEqual([2, 1]);
    expect(scales("camera", undefined, 360)).toEqual([2, 1]);
    expect(scales("camera", 320, 240)).toEqual([]);
    expect(scales("screen", 1920, 1080)).toEqual([2, 1]);
    expect(scales("screen", 160, 96)).toEqual([]);
    const rids = [0, 1, 2].flatMap((line) => layersFor("camera", {}, line).map(({ rid }) => rid));
    expect(new Set(rids).size).toBe(9);
    for (const rid of rids) expect(rid).toMatch(/^[a-z0-9]{1,16}$/);
    const bits = layersFor("camera", { height: 720 }, 0).map(({ maxBitrate }) => maxBitrate);
    expect(bits).toEqual([162_000, 648_000, 2_500_000]);
  });

  it("[X77] when the picture is another, the largest size of a line is that of the picture all the same", () => {
    const anew = (width: number, height: number, layers: number) =>
      layersAnew("camera", { width, height }, layers).map(({ active, scaleResolutionDownBy }) =>
        active ? scaleResolutionDownBy : "off",
      );
    expect(anew(1280, 720, 3)).toEqual([4, 2, 1]);
    expect(anew(640, 480, 3)).toEqual([2, 1, "off"]);
    expect(anew(320, 240, 3)).toEqual([1, "off", "off"]);
    expect(anew(1280, 720, 2)).toEqual([2, 1]);
    expect(anew(1280, 720, 1)).toEqual([1]);
  });

  it("[X71] no more pictures than the machine decodes, and places in steps", () => {
    expect([1, 2, 4, 16].map(picturesFor)).toEqual([12, 12, 16, 25]);
    expect([0, 1, 4, 5, 8, 9, 30].map((needed) => placesFor(needed, 9))).toEqual([0, 1, 4, 8, 8, 9, 9]);
    const peers = Array.from({ length: 30 }, (_, i) => `p${i}`);
    const told = new Map(peers.map((peer) => [peer, { camera: { audio: "on", video: "on" } }] as const));
    const wants = new Map([["p29", { camera: 180 }]] as const);
    const asked = picturesToAsk(told, wants, () => true);
    expect([asked.length, asked[0]]).toEqual([30, { peer: "p29", source: "camera", height: 180 }]);
  });
});
