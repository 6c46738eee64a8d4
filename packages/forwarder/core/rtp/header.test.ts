import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distance16, distance32, readText, readUint24 } from "./bytes.ts";
import { RtpHeader } from "./header.ts";
import { absoluteSendTime, HeaderTemplate } from "./header-template.ts";

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));

describe("a header", () => {
  it("[X4] is read as RFC 3550, section 5.1, draws it", () => {
    const header = new RtpHeader();
    // V=2, P, two CSRCs, M, type 96, number 0x1234, time 0x01020304; three bytes of payload and one of padding.
    const packet = bytes("a2 e0 1234 01020304 deadbeef 00000001 00000002 aabbcc 01");
    expect(header.read(packet)).toBe(true);
    expect(header).toMatchObject({
      marker: true,
      payloadType: 96,
      sequenceNumber: 0x1234,
      timestamp: 0x01020304,
      ssrc: 0xdeadbeef,
      payloadAt: 20,
      payloadEnd: 23,
    });
  });

  it("[X4] has the elements of RFC 8285, sections 4.2 and 4.3", () => {
    const header = new RtpHeader();
    // One byte: id 1 with one byte, id 2 with three, padding between, and 15 that ends it all.
    const short = bytes("90 60 0001 00000000 00000001 bede 0003 10 ff 00 22 010203 00 f0 30 44 00");
    expect(header.read(short)).toBe(true);
    const first = header.extension(short, 1);
    expect([short[first], header.foundLength]).toEqual([0xff, 1]);
    const second = header.extension(short, 2);
    expect([readUint24(short, second), header.foundLength]).toEqual([0x010203, 3]);
    expect(header.extension(short, 3)).toBe(-1);
    expect(header.extension(short, undefined)).toBe(-1);
    // Two bytes: an empty element, and one of id 200.
    const long = bytes("90 60 0001 00000000 00000001 1000 0002 01 00 00 c8 02 6869 00");
    expect(header.read(long)).toBe(true);
    const at = header.extension(long, 200);
    expect(readText(long, at, header.foundLength)).toBe("hi");
    expect(header.extension(long, 1)).toBeGreaterThan(0);
    expect(header.foundLength).toBe(0);
  });

  it("[X4] that goes over the end is refused, and nothing that is read makes the reader throw or look beyond", () => {
    const header = new RtpHeader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(255), (packet, id) => {
        if (!header.read(packet)) return;
        expect(header.payloadAt).toBeLessThanOrEqual(header.payloadEnd);
        expect(header.payloadEnd).toBeLessThanOrEqual(packet.length);
        const at = header.extension(packet, id);
        if (at >= 0) expect(at + header.foundLength).toBeLessThanOrEqual(header.payloadAt);
      }),
      { numRuns: 3_000 },
    );
    for (const bad of [
      "",
      "80 60 0001 00000000 000000",
      "40 60 0001 00000000 00000001",
      "a0 60 0001 00000000 00000001 00",
      "90 60 0001 00000000 00000001 bede 0001",
    ])
      expect(header.read(bytes(bad))).toBe(false);
  });

  it("[X11] is written with the receiver's ids, in either form", () => {
    const ids = fc.record({
      mid: fc.integer({ min: 1, max: 200 }),
      audioLevel: fc.integer({ min: 201, max: 220 }).map((id) => (id % 2 === 0 ? id : 14)),
      absoluteSendTime: fc.constantFrom(13, 230),
      transportSequenceNumber: fc.constantFrom(12, 231),
    });
    const header = new RtpHeader();
    fc.assert(
      fc.property(
        ids,
        fc.stringMatching(/^\w{1,16}$/),
        fc.nat(0xffff),
        fc.nat(),
        (extensions, mid, sequence, time) => {
          if (new Set(Object.values(extensions)).size < 4) return;
          const template = new HeaderTemplate(7, mid, "audio", extensions);
          template.writeLevel(0x85);
          template.write(true, 111, sequence, time, 0x123456);
          const packet = template.bytes;
          expect(header.read(packet)).toBe(true);
          expect(header).toMatchObject({
            marker: true,
            payloadType: 111,
            sequenceNumber: sequence,
            ssrc: 7,
            timestamp: time,
          });
          expect(header.payloadAt).toBe(packet.length);
          expect(readText(packet, header.extension(packet, extensions.mid), header.foundLength)).toBe(mid);
          expect(readUint24(packet, header.extension(packet, extensions.absoluteSendTime))).toBe(0x123456);
          expect(packet[header.extension(packet, extensions.audioLevel)]).toBe(0x85);
          expect(header.extension(packet, extensions.transportSequenceNumber)).toBe(
            template.transportSequenceAt,
          );
          template.writeLevel(-1);
          expect(header.extension(packet, extensions.audioLevel)).toBe(-1);
          expect(readText(packet, header.extension(packet, extensions.mid), header.foundLength)).toBe(mid);
        },
      ),
    );
  });

  it("[X11] has no extension that was not negotiated", () => {
    const { bytes: packet } = new HeaderTemplate(1, "0", "video", { audioLevel: 3 });
    expect([packet.length, packet[0]]).toEqual([12, 0x80]);
  });
});

it("[X4] numbers that wrap have a direction", () => {
  expect([distance16(65_535, 0), distance16(0, 65_535), distance16(5, 5)]).toEqual([1, -1, 0]);
  expect([distance32(2 ** 32 - 1, 1), distance32(1, 2 ** 32 - 1)]).toEqual([2, -2]);
});

it("[X11] the time of sending wraps every 64 s", () => {
  expect([absoluteSendTime(0), absoluteSendTime(1_000), absoluteSendTime(64_000)]).toEqual([0, 1 << 18, 0]);
});
