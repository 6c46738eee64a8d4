import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noFacts, shiftIds } from "./frame-facts.ts";
import { type Format, formatOf, inspect } from "./inspect.ts";

function facts(format: Format, payload: readonly number[]) {
  const found = noFacts();
  inspect(format, Uint8Array.from(payload), 0, payload.length, found);
  return found;
}
const keyFrame = [0x10, 2, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];

describe("what a payload says", () => {
  it("[X7] VP8: key frames with their height, ids of both sizes, and only at the begin of a frame", () => {
    expect(facts("vp8", [0x10, ...keyFrame])).toMatchObject({
      startsKeyFrame: true,
      height: 360,
      pictureIdAt: -1,
    });
    expect(facts("vp8", [0x90, 0xf0, 0x81, 0x02, 0x33, 0x40, ...keyFrame])).toMatchObject({
      startsKeyFrame: true,
      height: 360,
      pictureIdAt: 2,
      pictureIdBits: 15,
      pictureId: 0x102,
      baseLayerIndexAt: 4,
      baseLayerIndex: 0x33,
    });
    expect(facts("vp8", [0x90, 0x80, 0x11, 0x11])).toMatchObject({
      startsKeyFrame: false,
      pictureIdBits: 7,
      pictureId: 0x11,
    });
    // The second partition, and a packet in the middle.
    expect(facts("vp8", [0x11, ...keyFrame]).startsKeyFrame).toBe(false);
    expect(facts("vp8", [0x00, ...keyFrame]).startsKeyFrame).toBe(false);
    // A sealed key frame leaves ten bytes; the rest may be anything.
    expect(facts("vp8", [0x10, ...keyFrame, 255, 3]).height).toBe(360);
  });

  it("[X7] VP9: what is not predicted, at the begin of the lowest spatial layer, and the largest size", () => {
    // I, B, V; fifteen bits of id; one layer of 640x360.
    expect(facts("vp9", [0x8a, 0x80, 0x05, 0x10, 2, 0x80, 1, 0x68])).toMatchObject({
      startsKeyFrame: true,
      height: 360,
      pictureId: 5,
    });
    expect(facts("vp9", [0xc8, 0x80, 0x05]).startsKeyFrame).toBe(false);
    // L with spatial layer 1, and with 0 and the index.
    expect(facts("vp9", [0x28, 0x02, 0x07]).startsKeyFrame).toBe(false);
    expect(facts("vp9", [0x28, 0x00, 0x07])).toMatchObject({
      startsKeyFrame: true,
      baseLayerIndexAt: 2,
      baseLayerIndex: 7,
    });
  });

  it("[X7] H.264 and AV1: parameter sets and IDR pictures however they are packed, and new sequences", () => {
    expect(facts("h264", [0x67, 1]).startsKeyFrame).toBe(true);
    expect(facts("h264", [0x65, 1]).startsKeyFrame).toBe(true);
    expect(facts("h264", [0x41, 1]).startsKeyFrame).toBe(false);
    expect(facts("h264", [0x78, 0, 2, 0x06, 1, 0, 2, 0x67, 1]).startsKeyFrame).toBe(true);
    expect(facts("h264", [0x7c, 0x85, 1]).startsKeyFrame).toBe(true);
    expect(facts("h264", [0x7c, 0x05, 1]).startsKeyFrame).toBe(false);
    expect([facts("av1", [0x08]).startsKeyFrame, facts("av1", [0x80]).startsKeyFrame]).toEqual([true, false]);
  });

  it("[X7] never looks beyond a packet, and shifted ids come back", () => {
    const formats = fc.constantFrom<Format>("vp8", "vp9", "h264", "av1", "sound");
    fc.assert(
      fc.property(formats, fc.uint8Array({ maxLength: 24 }), fc.nat(0x7fff), (format, packet, offset) => {
        const found = noFacts();
        inspect(format, packet, 0, packet.length, found);
        expect(
          found.pictureIdAt + (found.pictureIdBits === 15 && found.pictureIdAt >= 0 ? 1 : 0),
        ).toBeLessThan(Math.max(1, packet.length));
        expect(found.baseLayerIndexAt).toBeLessThan(Math.max(1, packet.length));
        const shifted = packet.slice();
        shiftIds(shifted, found, offset, offset);
        const again = noFacts();
        inspect(format, shifted, 0, shifted.length, again);
        const mask = 2 ** found.pictureIdBits - 1;
        if (found.pictureIdAt >= 0) expect(again.pictureId).toBe((found.pictureId + offset) & mask);
        shiftIds(shifted, again, -offset, -offset);
        expect(shifted).toEqual(packet);
      }),
      { numRuns: 2_000 },
    );
  });

  it("[X7] what is not picture or sound is not passed on", () => {
    expect([
      formatOf("video", "rtx"),
      formatOf("video", "vp8"),
      formatOf("audio", "OPUS"),
      formatOf("audio", "CN"),
    ]).toEqual([undefined, "vp8", "sound", undefined]);
  });
});
