import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RtcpVisitor, readRtcp } from "./compound.ts";
import { RtcpWriter } from "./writer.ts";

type Heard = [string, ...number[]];

function hear(packet: Uint8Array): { heard: Heard[]; isWhole: boolean } {
  const heard: Heard[] = [];
  const visitor: RtcpVisitor = {
    senderReport: (...numbers) => heard.push(["sr", ...numbers]),
    reportBlock: (...numbers) => heard.push(["block", ...numbers]),
    goodbye: (ssrc) => heard.push(["bye", ssrc]),
    nack: (...numbers) => heard.push(["nack", ...numbers]),
    keyFrameWanted: (source) => heard.push(["key", source]),
    estimatedMaximumBits: (bits) => heard.push(["remb", bits]),
    transportFeedback: ({ count }) => heard.push(["twcc", count]),
  };
  const isWhole = readRtcp(packet, visitor);
  return { heard, isWhole };
}
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));

describe("RTCP", () => {
  it("[X5] is read as RFC 3550, RFC 4585, RFC 5104 and REMB draw it", () => {
    // SR with one block; SDES; NACK of 10 and 12; PLI; FIR; REMB of 3 * 2^16; BYE.
    const { heard, isWhole } = hear(
      bytes(`
        81c8000c 00000001 83aa7e80 80000000 00000064 00000002 00000003 00000009 40000005 0001000a 00000007 12345678 00010000
        81ca0003 00000001 01016100 00000000
        81cd0003 00000001 00000009 000a0002
        81ce0002 00000001 00000009
        84ce0004 00000001 00000000 00000008 01000000
        8fce0005 00000001 00000000 52454d42 01400003 00000009
        81cb0001 00000001`),
    );
    expect(isWhole).toBe(true);
    expect(heard).toEqual([
      ["sr", 1, 0x83aa7e80, 0x80000000, 100],
      ["block", 9, 0x40, 0x0001000a, 0x12345678, 0x10000],
      ["nack", 9, 10, 2],
      ["key", 9],
      ["key", 8],
      ["remb", 3 * 2 ** 16],
      ["bye", 1],
    ]);
  });

  it("[X5] that was written is read back", () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(u32, u32, u32, fc.integer({ min: 1_000, max: 2 ** 40 }), (ssrc, source, number, bits) => {
        const writer = new RtcpWriter();
        writer.senderReport(ssrc, number, source, number, 1, 2);
        writer.sourceDescription(ssrc, "name");
        const block = {
          source,
          fractionLost: 3,
          totalLost: 4,
          highestSequence: number,
          jitter: 5,
          lastReport: 6,
          delay: 7,
        };
        writer.receiverReport(ssrc, [block, block]);
        writer.pictureLoss(ssrc, source);
        writer.estimatedMaximumBits(ssrc, bits, [source]);
        writer.goodbye(ssrc);
        const { heard, isWhole } = hear(writer.take());
        expect(isWhole).toBe(true);
        const estimate = heard.find(([name]) => name === "remb")?.[1] ?? 0;
        // 18 bits of it are kept.
        expect(estimate).toBeLessThanOrEqual(bits);
        expect(estimate).toBeGreaterThan(bits * (1 - 2 ** -17));
        expect(heard.filter(([name]) => name !== "remb")).toEqual([
          ["sr", ssrc, number, source, number],
          ["block", source, 3, number, 6, 7],
          ["block", source, 3, number, 6, 7],
          ["key", source],
          ["bye", ssrc],
        ]);
        expect(writer.length).toBe(0);
      }),
    );
  });

  it("[X5] asks for exactly what is missing", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(0x3ff), { minLength: 1, maxLength: 100 }),
        fc.nat(0xffff),
        (offsets, base) => {
          const wanted = [...offsets].sort((a, b) => a - b).map((offset) => (base + offset) & 0xffff);
          const writer = new RtcpWriter();
          writer.nack(1, 2, wanted);
          const asked = hear(writer.take()).heard.flatMap(([, , sequence = 0, mask = 0]) => [
            sequence,
            ...Array.from({ length: 16 }, (_, bit) => bit)
              .filter((bit) => (mask & (1 << bit)) !== 0)
              .map((bit) => (sequence + bit + 1) & 0xffff),
          ]);
          expect(asked).toEqual(wanted);
        },
      ),
    );
  });

  it("[X5] of any bytes is read or refused, and never throws", () => {
    const withType = fc
      .tuple(
        fc.integer({ min: 0x80, max: 0xbf }),
        fc.integer({ min: 200, max: 207 }),
        fc.nat(12),
        fc.uint8Array({ maxLength: 48 }),
      )
      .map(([first, type, words, rest]) => Uint8Array.from([first, type, 0, words, ...rest]));
    fc.assert(
      fc.property(fc.oneof(withType, fc.uint8Array({ maxLength: 80 })), (packet) => {
        expect(typeof hear(packet).isWhole).toBe("boolean");
      }),
      { numRuns: 3_000 },
    );
  });
});
