import { describe, expect, it } from "vitest";
import { decodeHeader, encodeHeader, packetHeaderBytes, streamTag } from "./packet.ts";

describe("packet header", () => {
  it("reads what it wrote, at the ends of its ranges", () => {
    for (const header of [
      { isContinued: false, tag: 0, number: 0, acknowledged: 0 },
      { isContinued: true, tag: 0xffffffff, number: 0xffffffff, acknowledged: 0x80000000 },
    ])
      expect(decodeHeader(encodeHeader(header))).toEqual(header);
  });
  it("has the bytes that the specification names", () => {
    const header = { isContinued: true, tag: 0x01020304, number: 5, acknowledged: 6 };
    expect([...encodeHeader(header)]).toEqual([1, 1, 2, 3, 4, 0, 0, 0, 5, 0, 0, 0, 6]);
  });
  it("reads a header in the middle of a buffer", () => {
    const header = { isContinued: false, tag: 9, number: 8, acknowledged: 7 };
    const buffer = new Uint8Array(40);
    buffer.set(encodeHeader(header), 11);
    expect(decodeHeader(buffer.subarray(11))).toEqual(header);
  });
  it("[L6] is none when too short or of an unknown kind", () => {
    expect(decodeHeader(new Uint8Array(packetHeaderBytes - 1))).toBeUndefined();
    expect(decodeHeader(new Uint8Array(packetHeaderBytes).fill(2))).toBeUndefined();
    expect(decodeHeader(new Uint8Array(0))).toBeUndefined();
  });
  it("tags differ by page and by direction", () => {
    // FNV-1a of ">", worked out in whole numbers.
    expect(BigInt(streamTag("", ""))).toBe(((0x811c9dc5n ^ 0x3en) * 0x01000193n) & 0xffffffffn);
    const tags = [streamTag("a", "b"), streamTag("b", "a"), streamTag("a", "c"), streamTag("c", "b")];
    expect(new Set(tags).size).toBe(4);
  });
});
