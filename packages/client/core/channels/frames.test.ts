import { describe, expect, it } from "vitest";
import { frameBytes, messageBytes } from "./bounds.ts";
import {
  decodeFrame,
  encodeAnnounce,
  encodeEnd,
  encodePart,
  encodeRefuse,
  encodeTaken,
  nextNumber,
  numberDifference,
  pieceBytes,
} from "./frames.ts";

const heading = { kind: "bytes", number: 0x01020304 } as const;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("frames", () => {
  it("[C1] every frame has the documented bytes and comes back as it was", () => {
    expect(hex(encodeAnnounce(7, "exactly-once", "aé"))).toBe("010701006100e9");
    expect(decodeFrame("bulk", encodeAnnounce(7, "exactly-once", "aé"))).toEqual({
      type: "announce",
      channel: 7,
      delivery: "exactly-once",
      name: "aé",
    });
    const start = encodePart(false, 2, heading, Uint8Array.of(9, 8), 0).frame;
    expect(hex(start)).toBe("020201000000020102030409" + "08");
    expect(decodeFrame("bulk", start)).toEqual({
      type: "start",
      channel: 2,
      message: { kind: "bytes", length: 2, number: 0x01020304 },
      payload: Uint8Array.of(9, 8),
    });
    const piece = encodePart(true, 3, heading, Uint8Array.of(5), 0).frame;
    expect(hex(piece)).toBe("0403010000000101020304000005");
    expect(decodeFrame("lossy", piece)).toMatchObject({ type: "piece", channel: 3, index: 0 });
    expect(hex(encodeTaken(4, 258))).toBe("050400000102");
    expect(decodeFrame("control", encodeTaken(4, 258))).toEqual({ type: "taken", channel: 4, next: 258 });
    expect(decodeFrame("control", encodeRefuse(5))).toEqual({ type: "refuse", channel: 5 });
    expect(decodeFrame("control", encodeEnd("too-many"))).toEqual({ type: "end", code: "too-many" });
  });

  it("[C2] a message is cut into frames of at most 16 KiB, header included, and comes together again", () => {
    for (const length of [0, 1, frameBytes - 11, frameBytes - 10, 3 * frameBytes, 5 * pieceBytes]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      for (const isLossy of [false, true]) {
        const parts: Uint8Array[] = [];
        let offset = 0;
        do {
          const part = encodePart(isLossy, 0, heading, bytes, offset);
          expect(part.frame.length).toBeLessThanOrEqual(frameBytes);
          const frame = decodeFrame(isLossy ? "lossy" : "bulk", part.frame);
          if (typeof frame === "string" || !("payload" in frame)) throw new Error(String(frame));
          parts.push(frame.payload);
          offset = part.offset;
        } while (offset < length);
        expect(Buffer.concat(parts).equals(Buffer.from(bytes))).toBe(true);
      }
    }
  });

  it("[C20] what is no frame, or on the wrong carrier, is named as such", () => {
    const bad: [Parameters<typeof decodeFrame>[0], number[]][] = [
      ["bulk", []],
      ["bulk", [1]],
      ["bulk", [0, 0]],
      ["bulk", [9, 0, 0]],
      ["bulk", [1, 0, 0]],
      ["bulk", [1, 0, 0, 0]],
      ["bulk", [1, 0, 3, 0, 65]],
      ["bulk", [1, 0, 2, 0, 65]],
      ["control", [1, 0, 0, 0, 65]],
      ["bulk", [1, 0, 0, ...Array(130).fill(65)]],
      ["bulk", [2, 0, 0, 0, 0, 0, 1, 0, 0, 0]],
      ["bulk", [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]],
      ["bulk", [2, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
      ["bulk", [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2]],
      ["bulk", [3, 0]],
      ["bulk", [4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]],
      ["lossy", [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
      ["lossy", [4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1]],
      ["lossy", [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
      ["lossy", [4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]],
      ["lossy", [4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]],
      ["control", [5, 0, 0, 0, 0]],
      ["control", [6, 0, 0]],
      ["control", [7, 3]],
    ];
    for (const [carrier, bytes] of bad)
      expect(decodeFrame(carrier, Uint8Array.from(bytes)), `${carrier} ${bytes}`).toBe("bad-frame");
    expect(decodeFrame("bulk", new Uint8Array(frameBytes + 1))).toBe("too-large");
    const start = encodePart(false, 0, heading, Uint8Array.of(1), 0).frame;
    new DataView(start.buffer).setUint32(3, messageBytes + 1);
    expect(decodeFrame("bulk", start)).toBe("too-large");
  });

  it("[C5] message numbers wrap at 2^32", () => {
    expect(nextNumber(0xffffffff)).toBe(0);
    expect(numberDifference(0, 0xffffffff)).toBe(1);
    expect(numberDifference(0xffffffff, 1)).toBe(-2);
  });
});
