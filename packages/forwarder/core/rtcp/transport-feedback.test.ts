import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUint16, readUint24 } from "../rtp/bytes.ts";
import { readTransportFeedback, TransportArrivals, type TransportFeedback } from "./transport-feedback.ts";

const empty = (): TransportFeedback => ({
  count: 0,
  sequences: new Uint16Array(1_024),
  arrivals: new Float64Array(1_024),
});

/** All that is due, as a sender would read it: by sequence number, ms relative to the first reference. */
function readAll(arrivals: TransportArrivals): Map<number, number> {
  const result = new Map<number, number>();
  for (let packet = arrivals.feedback(1, 2); packet !== undefined; packet = arrivals.feedback(1, 2)) {
    expect(packet.length % 4).toBe(0);
    expect(readUint16(packet, 2)).toBe(packet.length / 4 - 1);
    expect(packet.length).toBeLessThan(1_200);
    const into = empty();
    expect(readTransportFeedback(packet, 12, packet.length, into)).toBe(true);
    for (let i = 0; i < into.count; i++) {
      const arrival = into.arrivals[i] as number;
      const sequence = into.sequences[i] as number;
      if (!Number.isNaN(arrival)) result.set(sequence, arrival);
      else if (!result.has(sequence)) result.set(sequence, Number.NaN);
    }
  }
  return result;
}

describe("transport-wide feedback", () => {
  it("[X6] is written as the draft draws it", () => {
    const arrivals = new TransportArrivals();
    arrivals.arrived(10, 64_000);
    arrivals.arrived(11, 64_010);
    arrivals.arrived(13, 64_200);
    const packet = arrivals.feedback(1, 2)?.slice() ?? new Uint8Array();
    expect([packet[0], packet[1]]).toEqual([0xaf, 205]);
    // First number, how many, reference in 64 ms, count of feedback packets.
    expect([readUint16(packet, 12), readUint16(packet, 14), readUint24(packet, 16), packet[19]]).toEqual([
      10, 4, 1_000, 0,
    ]);
    // A vector of two bits each: small, small, missing, large; 0, 40 and 760 steps of 250 µs; one byte of padding is no word.
    expect([...packet.subarray(20)]).toEqual([0b11_01_01_00, 0b10_00_00_00, 0, 40, 0x02, 0xf8, 0, 2]);
    expect(arrivals.feedback(1, 2)).toBeUndefined();
  });

  it("[X6] says of every packet whether and when it came, whatever was lost, late or doubled, over wraps and pauses", () => {
    const step = fc.record({ skip: fc.nat(30), gapMs: fc.oneof(fc.nat(20), fc.nat(9_000)), back: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.nat(2 ** 32),
        fc.array(step, { maxLength: 300 }),
        (first, start, steps) => {
          const arrivals = new TransportArrivals();
          const came = new Map<number, number>();
          let sequence = first;
          let now = start;
          const arrive = (number: number): void => {
            const wrapped = number & 0xffff;
            if (!came.has(wrapped)) came.set(wrapped, now);
            arrivals.arrived(wrapped, now);
          };
          arrive(sequence);
          const said = readAll(arrivals);
          for (const { skip, gapMs, back } of steps) {
            now += gapMs;
            sequence += 1 + skip;
            if (sequence > first + 60_000) break;
            arrive(sequence);
            if (back > 0 && sequence - back > first) arrive(sequence - back);
            if (gapMs % 7 === 0) for (const [number, at] of readAll(arrivals)) said.set(number, at);
          }
          for (const [number, at] of readAll(arrivals)) said.set(number, at);
          for (const [number, at] of came) {
            // The reference has 24 bits of 64 ms.
            const wrap = 2 ** 24 * 64;
            const difference = Math.abs(((said.get(number) ?? Number.NaN) - at) % wrap);
            expect(Math.min(difference, wrap - difference)).toBeLessThanOrEqual(0.25);
          }
          for (const [number, at] of said) if (!Number.isNaN(at)) expect(came.has(number)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("[X6] reads run lengths and vectors, and refuses what does not add up", () => {
    // Five numbers from 100, reference 2: a run of three small, a vector of one bit with one that came.
    const packet = Uint8Array.from([0, 100, 0, 5, 0, 0, 2, 9, 0x20, 3, 0x90, 0, 4, 4, 4, 8]);
    const into = empty();
    expect(readTransportFeedback(packet, 0, packet.length, into)).toBe(true);
    expect([...into.arrivals.subarray(0, 5)]).toEqual([129, 130, 131, Number.NaN, 133]);
    expect(readTransportFeedback(packet, 0, packet.length - 1, into)).toBe(false);
    expect(
      readTransportFeedback(Uint8Array.from([0, 0, 0xff, 0xff, 0, 0, 0, 0, 0x3f, 0xff]), 0, 10, into),
    ).toBe(false);
    // A run of nothing would go on for ever.
    expect(readTransportFeedback(Uint8Array.from([0, 0, 0, 9, 0, 0, 0, 0, 0x20, 0]), 0, 10, into)).toBe(
      false,
    );
  });
});
