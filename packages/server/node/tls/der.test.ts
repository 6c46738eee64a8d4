import { describe, expect, it } from "vitest";
import { addressBytes, element, integer, objectIdentifier, time } from "./der.ts";

const hex = (bytes: Buffer) => bytes.toString("hex");

describe("DER", () => {
  it("writes lengths in the shortest form", () => {
    expect(hex(element(4, Buffer.alloc(3)))).toBe("0403000000");
    expect(hex(element(4, Buffer.alloc(127)).subarray(0, 2))).toBe("047f");
    expect(hex(element(4, Buffer.alloc(128)).subarray(0, 3))).toBe("048180");
    expect(hex(element(4, Buffer.alloc(256)).subarray(0, 4))).toBe("04820100");
  });

  it("writes integers as positive and without needless zeros", () => {
    expect(hex(integer(Buffer.from([0])))).toBe("020100");
    expect(hex(integer(Buffer.from([0, 0, 5])))).toBe("020105");
    expect(hex(integer(Buffer.from([0x80])))).toBe("02020080");
  });

  it("writes object identifiers in base 128", () => {
    // 1.2.840.113549, the example of every textbook.
    expect(hex(objectIdentifier("1.2.840.113549"))).toBe("06062a864886f70d");
    expect(hex(objectIdentifier("2.5.29.30"))).toBe("0603551d1e");
  });

  it("writes years until 2049 with two digits, then with four", () => {
    expect(time(new Date("2049-12-31T23:59:59Z")).toString("ascii").slice(2)).toBe("491231235959Z");
    expect(time(new Date("2050-01-01T00:00:00Z")).toString("ascii").slice(2)).toBe("20500101000000Z");
  });

  it("writes addresses as their bytes", () => {
    expect(hex(addressBytes("192.168.0.1"))).toBe("c0a80001");
    expect(hex(addressBytes("::1"))).toBe("00000000000000000000000000000001");
    expect(hex(addressBytes("::"))).toBe("00000000000000000000000000000000");
    expect(hex(addressBytes("2001:db8::5:0:1"))).toBe("20010db8000000000000000500000001");
    expect(hex(addressBytes("1:2:3:4:5:6:7:8"))).toBe("00010002000300040005000600070008");
    expect(hex(addressBytes("::ffff:10.0.0.1"))).toBe("00000000000000000000ffff0a000001");
  });
});
