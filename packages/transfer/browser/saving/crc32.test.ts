import { crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";

const text = (value: string) => new TextEncoder().encode(value);

describe("the checksum of zip files", () => {
  it("gives the check value of the catalogue of CRC algorithms", () => {
    expect(crc32(text("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });

  it("is the same however the bytes are cut", () => {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, index) => (index * 131 + (index >> 3)) & 255);
    const whole = crc32(bytes);
    for (const cut of [0, 1, 7, 8, 9, 500, 999, 1_000])
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(whole);
  });

  it.runIf(typeof nodeCrc32 === "function")("agrees with zlib's", () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 197 + length * 31) & 255);
      expect(crc32(bytes)).toBe(nodeCrc32(bytes));
    }
  });
});
