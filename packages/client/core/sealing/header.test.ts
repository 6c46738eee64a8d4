import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  boundBytes,
  decodeFrameHeader,
  encodeFrameHeader,
  frameNonce,
  generations,
  keyIdOf,
  keyLabel,
  keyNameOf,
  lastStep,
  splitSealed,
} from "./header.ts";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("what stands behind a sealed frame", () => {
  it.each([
    [0, 0, "00"],
    [0, 255, "08ff"],
    [1, 1, "11"],
    [255, 0, "80ff"],
    [256, 65_536, "9a0100010000"],
    [291, 17_767, "9901234567"],
    [4_294_967_296, 1, "c10100000000"],
  ])("[Z10] is SFrame's header: key id %d, counter %d", (keyId, counter, text) => {
    expect(hex(encodeFrameHeader({ keyId, counter }))).toBe(text);
    expect(decodeFrameHeader(encodeFrameHeader({ keyId, counter }))).toEqual({ keyId, counter });
  });

  it("[Z10] is read as it was written, and names a seat, a generation and a step", () => {
    const numbers = fc.record({
      seat: fc.integer({ min: 1, max: 2 ** 28 }),
      generation: fc.integer({ min: 0, max: generations - 1 }),
      step: fc.integer({ min: 0, max: lastStep }),
      counter: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(numbers, ({ counter, ...name }) => {
        const header = { keyId: keyIdOf(name), counter };
        expect(decodeFrameHeader(encodeFrameHeader(header))).toEqual(header);
        expect(encodeFrameHeader(header).length).toBeLessThanOrEqual(15);
        expect(keyNameOf(header.keyId)).toEqual(name);
      }),
    );
  });

  it("[Z10] what is none is told as none", () => {
    for (const bytes of [[], [0x80], [0x08], [0x00, 0], [0xff, ...Array(16).fill(255)]])
      expect(decodeFrameHeader(Uint8Array.from(bytes))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const parts = splitSealed(bytes);
        if (parts) expect(parts.sealed.length).toBeGreaterThanOrEqual(16);
      }),
    );
  });

  it("[Z10] keys are told apart and nonces made as SFrame does it", () => {
    expect(hex(keyLabel("key", 291))).toBe(
      "534672616d6520312e3020536563726574206b65792000000000000001230005",
    );
    expect(hex(keyLabel("salt", 291))).toBe(
      "534672616d6520312e30205365637265742073616c742000000000000001230005",
    );
    const salt = Uint8Array.from([0x84, 0x99, 0x1c, 0x16, 0x7b, 0x8c, 0xd2, 0x3c, 0x93, 0x70, 0x8e, 0xc7]);
    expect(hex(frameNonce(salt, 17_767))).toBe("84991c167b8cd23c9370cba0");
    const seen = new Set(
      [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52].map((n) => hex(frameNonce(salt, n))),
    );
    expect(seen.size).toBe(6);
  });

  it("[Z10] a frame is cut where it was put together", () => {
    const header = encodeFrameHeader({ keyId: 70_000, counter: 9 });
    const clear = Uint8Array.of(1, 2, 3);
    const { bound, last } = boundBytes(header, clear);
    const sealed = new Uint8Array(20).fill(7);
    const parts = splitSealed(Uint8Array.from([...clear, ...sealed, ...header, last]));
    expect(parts).toEqual({ header: { keyId: 70_000, counter: 9 }, clear, bound, sealed });
  });
});
