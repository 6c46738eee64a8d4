import { seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { chooseLayers } from "../choice/layers.ts";
import { Downlink } from "./downlink.ts";

const layers = [180, 360, 720].map((height) => ({
  height,
  bits: 1_500_000 * (height / 720) ** 1.5,
  isFlowing: true,
}));

/** A page behind a bottleneck with a queue, shown one picture; what was chosen each second. */
function watch(seconds: number, capacity: (second: number) => number, way: "transport" | "remb", seed = 1) {
  const random = seededRandom(seed);
  const downlink = new Downlink();
  const chosen: number[] = [];
  let [layer, sequence, freeAt, sentBits] = [-1, 0, 0, 0];
  let isShort = false;
  let waiting: { sequence: number; arrival: number; bytes: number }[] = [];
  for (let now = 0; now < seconds * 1_000; now += 20) {
    const bits = capacity(Math.floor(now / 1_000));
    const rate = layers[layer]?.bits ?? 0;
    for (let left = (rate / 8) * 0.02 * (0.7 + random.next() * 0.6); left > 0; left -= 1_200) {
      const bytes = Math.min(1_200, Math.ceil(left) + 40);
      const arrival = Math.max(now, freeAt) + (bytes * 8_000) / bits;
      // A queue of 400 ms; what does not fit is lost.
      const isLost = arrival - now > 400;
      if (!isLost) freeAt = arrival;
      downlink.sent(sequence, bytes, now);
      waiting.push({
        sequence: sequence++,
        arrival: isLost ? Number.NaN : arrival + 20 + random.next() * 4,
        bytes,
      });
    }
    if (now % 60 === 0 && way === "transport") {
      const ready = waiting.filter(({ arrival }) => Number.isNaN(arrival) || arrival <= now);
      waiting = waiting.filter((one) => !ready.includes(one));
      if (ready.length > 0)
        downlink.transportFeedback(
          {
            count: ready.length,
            sequences: Uint16Array.from(ready, (one) => one.sequence),
            // The page's clock is another.
            arrivals: Float64Array.from(ready, (one) => one.arrival + 5e6),
          },
          now,
        );
    }
    if (way === "remb" && now % 1_000 === 0 && now > 0) {
      const lost = freeAt - now > 300 ? 0.2 : 0;
      downlink.reportedLoss(lost, now);
      downlink.estimatedMaximum(freeAt - now > 80 ? bits * 0.85 : sentBits * 1.3 + 10_000, now);
    }
    if (now % 200 !== 0) continue;
    sentBits += (rate - sentBits) * 0.4;
    downlink.tick(sentBits, isShort, now);
    const choice = chooseLayers([{ layers, height: 720, current: layer }], downlink.bits);
    layer = choice.chosen[0] ?? -1;
    isShort = choice.isShort;
    if (now % 1_000 === 0) chosen.push(layer);
  }
  return { chosen, downlink };
}
const changes = (chosen: readonly number[]): number =>
  chosen.filter((layer, at) => at > 0 && layer !== chosen[at - 1]).length;

describe.each(["transport", "remb"] as const)("a downlink told by %s feedback", (way) => {
  it("[X17] comes to the largest layer in seconds where that fits, and stays", () => {
    const { chosen } = watch(60, () => 10_000_000, way);
    expect(chosen.slice(5).every((layer) => layer === 2)).toBe(true);
  });

  it("[X17] finds the layer that fits, and tries the next one ever more rarely", () => {
    const { chosen } = watch(240, () => 900_000, way);
    expect(chosen.slice(10).filter((layer) => layer === 1).length).toBeGreaterThan(200);
    expect(changes(chosen.slice(120))).toBeLessThanOrEqual(6);
  });

  it("[X17] follows when less fits, and when more fits again", () => {
    const { chosen } = watch(200, (second) => (second >= 30 && second < 70 ? 300_000 : 6_000_000), way);
    expect(chosen[28]).toBe(2);
    expect(chosen.slice(40, 68).filter((layer) => layer === 0).length).toBeGreaterThan(20);
    expect(chosen.slice(180).every((layer) => layer === 2)).toBe(true);
  });
});

it("[X17] without any feedback nothing is raised", () => {
  const downlink = new Downlink();
  const before = downlink.bits;
  for (let now = 0; now < 60_000; now += 200) downlink.tick(500_000, true, now);
  expect(downlink.bits).toBe(before);
});

it("[X17] a longer way is not taken for a queue", () => {
  const downlink = new Downlink();
  let sequence = 0;
  const run = (from: number, to: number, delayMs: number): void => {
    for (let now = from; now < to; now += 50) {
      // What is sent follows what is believed.
      const count = Math.max(1, Math.round(Math.min(960_000, downlink.bits) / 192_000));
      const sent = Array.from({ length: count }, () => sequence++);
      for (const one of sent) downlink.sent(one, 1_200, now);
      const arrivals = Float64Array.from(sent, () => now + delayMs);
      downlink.transportFeedback({ count, sequences: Uint16Array.from(sent), arrivals }, now + delayMs);
      if (now % 200 === 0) downlink.tick(960_000, false, now);
    }
  };
  run(0, 10_000, 20);
  run(10_000, 30_000, 140);
  expect(downlink.bits).toBeGreaterThan(600_000);
});
