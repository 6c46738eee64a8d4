import { describe, expect, it } from "vitest";
import { lookMs, pulseMemory, Watchdog } from "./pulse.ts";

function stage(threads = 2, knowsCpu = true) {
  const pulse = pulseMemory(threads);
  const beats = new Int32Array(pulse);
  const cpuMs = Array.from({ length: threads }, () => 0);
  const watchdog = new Watchdog(pulse, (thread) => (knowsCpu ? cpuMs[thread] : undefined));
  let now = 1_000;
  return {
    watchdog,
    /** So many looks, in time, while those threads go on. The others run in circles, or get no turn. */
    look(times: number, alive: readonly number[], { everyMs = lookMs, isStarved = false } = {}): number[] {
      const named: number[] = [];
      for (let i = 0; i < times; i++) {
        now += everyMs;
        for (const thread of cpuMs.keys()) {
          if (alive.includes(thread)) Atomics.add(beats, thread, 1);
          else if (!isStarved) cpuMs[thread] = (cpuMs[thread] ?? 0) + everyMs;
        }
        named.push(...watchdog.look(now));
      }
      return named;
    },
  };
}

describe("the watchdog", () => {
  it("[X105] names a thread that does not go on, once, and nobody else", () => {
    const { look } = stage();
    expect(look(20, [0, 1])).toEqual([]);
    expect(look(4, [0])).toEqual([]);
    expect(look(1, [0])).toEqual([1]);
    expect(look(4, [0])).toEqual([]);
    expect(look(1, [0])).toEqual([1]);
  });

  it("[X105] one beat in between is enough", () => {
    const { look } = stage();
    look(1, [0, 1]);
    for (let i = 0; i < 10; i++) {
      expect(look(4, [0])).toEqual([]);
      expect(look(1, [1])).toEqual([]);
    }
  });

  it("[X105] one that gets no turn does not hang; one that waits for ten seconds does", () => {
    const { look } = stage();
    look(1, [0, 1]);
    expect(look(39, [0], { isStarved: true })).toEqual([]);
    expect(look(1, [0], { isStarved: true })).toEqual([1]);
  });

  it("[X105] where nobody knows what a thread uses, it has ten seconds", () => {
    const { look } = stage(1, false);
    look(1, [0]);
    expect(look(39, [])).toEqual([]);
    expect(look(1, [])).toEqual([0]);
  });

  it("[X105] does not count while the whole process is held up", () => {
    const { look } = stage();
    look(1, [0, 1]);
    expect(look(50, [], { everyMs: 3 * lookMs })).toEqual([]);
    expect(look(4, [])).toEqual([]);
    expect(look(1, [])).toEqual([0, 1]);
  });

  it("[X105] gives who takes a place time of its own", () => {
    const { look, watchdog } = stage(1);
    look(1, [0]);
    expect(look(4, [])).toEqual([]);
    watchdog.began(0);
    expect(look(4, [])).toEqual([]);
    expect(look(1, [])).toEqual([0]);
  });
});
