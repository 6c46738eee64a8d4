import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coreLimits } from "../limits.ts";
import { PublisherClock, StreamClock } from "./clock.ts";
import { PacketHistory } from "./history.ts";
import { MissingPackets } from "./missing.ts";
import { Reception } from "./reception.ts";
import { SequenceNumbers } from "./sequence.ts";
import { Uplink } from "./uplink.ts";

describe("the numbers of a stream", () => {
  it("[X8] have no holes for padding, whatever came late or twice", () => {
    const packet = fc.record({ isPadding: fc.boolean(), isLate: fc.boolean(), isDoubled: fc.boolean() });
    fc.assert(
      fc.property(fc.nat(0xffff), fc.array(packet, { minLength: 3, maxLength: 300 }), (first, packets) => {
        const sequence = new SequenceNumbers();
        const order = packets.map((_, index) => index);
        // Neighbours change places.
        for (let i = 1; i + 1 < order.length; i++)
          if (packets[i]?.isLate) [order[i], order[i + 1]] = [order[i + 1] as number, order[i] as number];
        const dense = new Map<number, number>();
        let inTurn = 0;
        let highest = -1;
        for (const index of order) {
          const isPadding = packets[index]?.isPadding === true;
          const number = sequence.take((first + index) & 0xffff, isPadding);
          if (isPadding && index > highest) {
            expect(number).toBe(-1);
            inTurn++;
          } else dense.set(index, number);
          highest = Math.max(highest, index);
          if (packets[index]?.isDoubled) expect(sequence.take((first + index) & 0xffff, isPadding)).toBe(-1);
        }
        const numbers = [...dense].sort(([a], [b]) => a - b).map(([, number]) => number);
        expect(numbers.every((number, i) => number === (numbers[0] ?? 0) + i)).toBe(true);
        expect(sequence.received).toBe(packets.length);
        expect(numbers.length + inTurn).toBe(packets.length);
      }),
    );
  });

  it("[X8] go on after a sender began anew, which takes two packets in a row (RFC 3550, appendix A.1)", () => {
    const sequence = new SequenceNumbers();
    const before = [5, 6, 7].map((number) => sequence.take(number, false));
    expect(sequence.take(40_000, false)).toBe(-1);
    expect(sequence.take(8, false)).toBe((before[2] ?? 0) + 1);
    expect(sequence.take(40_000, false)).toBe(-1);
    expect(sequence.take(40_001, false)).toBe((before[2] ?? 0) + 2);
    expect(sequence.isRestart).toBe(true);
    expect(sequence.take(40_002, false)).toBe((before[2] ?? 0) + 3);
    expect(sequence.isRestart).toBe(false);
  });
});

describe("what is missing", () => {
  it("[X9] is asked for once it is not just late, again after a round trip, and given up in the end", () => {
    const missing = new MissingPackets();
    expect(missing.add(70_000, 2, 1_000)).toBe(true);
    expect(missing.due(1_004, 50).sequences).toEqual([]);
    expect(missing.due(1_010, 50).sequences).toEqual([70_000 & 0xffff, 70_001 & 0xffff]);
    expect(missing.due(1_030, 50).sequences).toEqual([]);
    missing.came(70_000);
    expect(missing.due(1_090, 50).sequences).toEqual([70_001 & 0xffff]);
    let asked = 2;
    let gaveUpAt = 0;
    for (let now = 1_100; gaveUpAt === 0 && now < 10_000; now += 10) {
      const { sequences, givesUp } = missing.due(now, 50);
      asked += sequences.length;
      if (givesUp) gaveUpAt = now;
    }
    expect(asked).toBeLessThanOrEqual(coreLimits.nackTries);
    expect(gaveUpAt).toBeGreaterThan(1_500);
    expect(gaveUpAt).toBeLessThan(3_000);
    expect(missing.count).toBe(0);
  });

  it("[X9] is not asked for when it is too much at once", () => {
    const missing = new MissingPackets();
    expect(missing.add(1, 300, 0)).toBe(true);
    expect(missing.add(301, 200, 0)).toBe(false);
    expect(missing.count).toBe(0);
  });
});

it("[X12] what is kept is bounded in count, bytes and age, and is what was added", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ step: fc.integer({ min: -5, max: 40 }), bytes: fc.integer({ min: 1, max: 60_000 }) }),
        { maxLength: 400 },
      ),
      (steps) => {
        const history = new PacketHistory(256);
        let [number, now] = [1_000, 0];
        for (const { step, bytes } of steps) {
          number = Math.max(500, number + step);
          now += 3;
          const packet = new Uint8Array(bytes);
          history.add(number, packet, now);
          expect(history.bytes).toBeLessThanOrEqual(coreLimits.keptBytes + bytes);
          if (step > 0) expect(history.get(number, now)).toBe(packet);
          expect(history.get(number, now + coreLimits.keptMs + 1)).toBeUndefined();
        }
        history.forgetOld(now + 10_000);
        expect(history.bytes).toBe(0);
      },
    ),
    // The first packet's place is that of a number that never comes.
    {
      examples: [
        [[0, 27, 39, 27, 35, 36, 34, 3, 31, 25].map((step) => ({ step, bytes: 1 }))],
        [[{ step: 0, bytes: 1 }, ...[40, 40, 40, 40, 40, 40, 40].map((step) => ({ step, bytes: 1 }))]],
      ],
    },
  );
});

it("[X14] loss and jitter are reported as RFC 3550, appendix A.3 and A.8, count them", () => {
  const sequence = new SequenceNumbers();
  const reception = new Reception(90_000);
  for (let number = 0; number < 100; number++) {
    if (number % 4 === 3) continue;
    sequence.take(65_500 + number, false);
    // Every other packet is 10 ms late: 900 units against those before and after.
    reception.arrived(number * 3_000, number * (100 / 3) + (number % 2) * 10);
  }
  reception.senderReport(0x11112222, 0x33334444, 5_000);
  const block = reception.block(7, sequence, 5_500);
  expect(block).toMatchObject({
    source: 7,
    fractionLost: 62,
    totalLost: 24,
    lastReport: 0x22223333,
    delay: 32_768,
  });
  expect(block.highestSequence).toBe(65_536 + 62);
  expect(block.jitter).toBeGreaterThan(400);
  expect(block.jitter).toBeLessThan(900);
  expect(reception.block(7, sequence, 6_000)).toMatchObject({ fractionLost: 0, totalLost: 24 });
});

it("[X13] sound and picture of one page keep their distance on our clock", () => {
  const publisher = new PublisherClock();
  const [sound, picture] = [new StreamClock(48_000, publisher), new StreamClock(90_000, publisher)];
  expect(picture.takenAt(5, 777)).toBe(777);
  // The reports come 30 and 80 ms after they were written; the page's clock is 1e9 ms ahead.
  publisher.senderReport(1e9 + 1_000, 1_080);
  picture.senderReport(1e9 + 1_000, 2 ** 32 - 90);
  publisher.senderReport(1e9 + 1_500, 1_530);
  sound.senderReport(1e9 + 1_500, 48_000);
  const pictureAt = picture.takenAt(90 * 999, 2_050);
  const soundAt = sound.takenAt(48_000 + 48 * 500, 2_040);
  expect(Math.abs(pictureAt - soundAt)).toBeLessThan(0.01);
  expect(pictureAt).toBeCloseTo(2_030, 0);
  expect(picture.timestampAt(picture.takenAt(4_500, 1_100))).toBe(4_500);
});

it("[X15] a page without transport-wide feedback is told much from the start, and less while a queue stands", () => {
  const uplink = new Uplink();
  expect(uplink.estimate(0)).toBe(8_000_000);
  const send = (from: number, to: number, delay: (at: number) => number): void => {
    for (let at = from; at < to; at += 10) {
      uplink.arrived(Math.floor((at % 64_000) * 262.144), 1_250, at + delay(at));
      if (at % 200 === 0) uplink.estimate(at);
    }
  };
  // A key frame's burst each second is no queue that stands, and neither is the wrap of the 24 bits.
  send(0, 70_000, (at) => (at % 1_000 < 100 ? 90 : 5));
  expect(uplink.estimate(70_000)).toBe(8_000_000);
  send(70_000, 73_000, (at) => 5 + (at - 70_000) / 10);
  expect(uplink.estimate(73_000)).toBeLessThan(1_000_000);
});
