import { describe, expect, it } from "vitest";
import { beginning } from "./distance.ts";
import { createArrivals, createFlight } from "./flight.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** A line of that rate and length, and who gives as much as the flight lets through; time passes in ms. */
function line({ bytesPerSecond, delayMs }: { bytesPerSecond: number; delayMs: number }) {
  let now = 0;
  const flight = createFlight(
    () => now,
    () => 2 * delayMs,
    beginning,
  );
  const later: { readonly at: number; run(): void }[] = [];
  const after = (ms: number, run: () => void): (() => void) => {
    const one = { at: now + ms, run };
    later.push(one);
    return () => void later.splice(later.indexOf(one), 1);
  };
  let isSaid = true;
  const arrivals = createArrivals(
    (bytes) => {
      if (isSaid) after(delayMs, () => flight.arrived(bytes));
    },
    () => now,
    after,
  );
  let waiting = 0;
  let mostWaiting = 0;
  let came = 0;
  const run = (forMs: number): number => {
    const before = came;
    for (const end = now + forMs; now < end; now++) {
      const frame = Math.min(128 * KiB, flight.frameBytes);
      while (!flight.isFull(frame)) {
        flight.sent(frame);
        waiting += frame;
        if (waiting > 512 * MiB) break;
      }
      mostWaiting = Math.max(mostWaiting, waiting);
      const bytes = Math.min(waiting, bytesPerSecond / 1000);
      waiting -= bytes;
      after(delayMs, () => {
        came += bytes;
        arrivals.came(bytes);
      });
      for (const one of later.filter(({ at }) => at <= now)) {
        later.splice(later.indexOf(one), 1);
        one.run();
      }
    }
    return ((came - before) * 1000) / forMs;
  };
  return {
    flight,
    run,
    get mostWaiting() {
      return mostWaiting;
    },
    lose() {
      waiting = 0;
    },
    fallSilent() {
      isSaid = false;
    },
  };
}

describe("what is under way", () => {
  it.each([
    [1, 20],
    [3, 20],
    [3, 80],
    [40, 20],
    [100, 75],
  ])(
    "[F116] fills a line of %d MiB a second and %d ms each way, and hardly more waits before it than it carries in an eighth of a second",
    (rate, delayMs) => {
      const far = line({ bytesPerSecond: rate * MiB, delayMs });
      far.run(2_000);
      expect(far.run(5_000)).toBeGreaterThan(0.97 * rate * MiB);
      expect(far.mostWaiting).toBeLessThanOrEqual(Math.max(256 * KiB, 0.18 * rate * MiB));
    },
  );

  it("[F116] goes on after what was under way is lost, said or not", () => {
    const far = line({ bytesPerSecond: 3 * MiB, delayMs: 20 });
    far.run(2_000);
    far.lose();
    far.flight.giveUp();
    expect(far.run(1_000)).toBeGreaterThan(2.5 * MiB);
    far.lose();
    far.run(2 * beginning.ms);
    // What nobody said is lost counts as under way as long as the rest arrives.
    expect(far.run(1_000)).toBeGreaterThan(2 * MiB);
  });

  it("[F116] is not bounded for a page that never says what came", () => {
    const far = line({ bytesPerSecond: 100 * MiB, delayMs: 20 });
    far.fallSilent();
    far.run(beginning.ms - 100);
    expect(far.mostWaiting).toBeLessThanOrEqual(beginning.bytes);
    far.run(1_000);
    expect(far.run(1_000)).toBeGreaterThan(90 * MiB);
  });

  it("[F116] takes no page's word for more than it was sent, nor for less than it had", () => {
    let now = 0;
    const flight = createFlight(
      () => now,
      () => 40,
      beginning,
    );
    flight.arrived(1);
    for (let i = 0; i < 16; i++) flight.sent(16 * KiB);
    expect(flight.isFull(1)).toBe(true);
    flight.arrived(MiB);
    now = 200;
    expect(flight.isFull(1)).toBe(true);
    flight.arrived(256 * KiB);
    flight.arrived(16 * KiB);
    expect(flight.isFull(256 * KiB)).toBe(false);
  });

  it("[F116] is told by who takes each 32 KiB, and each 20 ms at most", () => {
    let now = 0;
    const said: number[] = [];
    const due: (() => void)[] = [];
    const arrivals = createArrivals(
      (bytes) => said.push(bytes),
      () => now,
      (_ms, run) => {
        due.push(run);
        return () => due.splice(due.indexOf(run), 1);
      },
    );
    arrivals.came(30 * KiB);
    expect(said).toEqual([]);
    arrivals.came(90 * KiB);
    expect(said).toEqual([120 * KiB]);
    now = 5;
    arrivals.came(100 * KiB);
    arrivals.came(100 * KiB);
    expect(said).toEqual([120 * KiB]);
    due.shift()?.();
    expect(said).toEqual([120 * KiB, 320 * KiB]);
    arrivals.came(MiB);
    arrivals.reset();
    expect(due).toEqual([]);
  });
});
