import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressOfSignal,
  codeOfClose,
  codes,
  decodeSignal,
  encodeSignal,
  readdressSignal,
  toRoomName,
} from "./index.ts";

describe("signal frames", () => {
  it("come back as they were, for any number and payload", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.uint8Array({ minLength: 1, maxLength: 2000 }), (peer, payload) => {
        expect(decodeSignal(encodeSignal(peer, payload))).toEqual({ peer, payload });
      }),
    );
  });

  it("keep their payload when they get another address", () => {
    const frame = encodeSignal(7, Uint8Array.of(1, 2, 3));
    readdressSignal(frame, 0xfffffffe);
    expect(decodeSignal(frame)).toEqual({ peer: 0xfffffffe, payload: Uint8Array.of(1, 2, 3) });
  });

  it("have at least one byte of payload and the right kind", () => {
    expect(addressOfSignal(Uint8Array.of(1, 0, 0, 0, 1))).toBeUndefined();
    expect(addressOfSignal(Uint8Array.of(2, 0, 0, 0, 1, 9))).toBeUndefined();
    expect(addressOfSignal(new Uint8Array())).toBeUndefined();
  });
});

describe("codes", () => {
  it("have a close code each, in the private range, none twice", () => {
    const closes = Object.values(codes).map((code) => code.close);
    expect(new Set(closes).size).toBe(closes.length);
    for (const close of closes) expect(close).toSatisfy((n: number) => n >= 4000 && n <= 4999);
  });

  it("are found by their close code", () => {
    expect(codeOfClose(codes["room-full"].close)).toBe("room-full");
    expect(codeOfClose(1006)).toBeUndefined();
  });
});

describe("room names", () => {
  it.each([
    ["Stand-up, Team Ä!", "stand-up-team-a"],
    ["  Böb's  café ", "bob-s-cafe"],
    ["x".repeat(80), "x".repeat(64)],
  ])("are made of %j", (typed, name) => {
    expect(toRoomName(typed)).toBe(name);
  });

  it("are missing when nothing usable was typed", () => {
    expect(toRoomName("  !? ")).toBeUndefined();
  });
});
