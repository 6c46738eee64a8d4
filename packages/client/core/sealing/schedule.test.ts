import { describe, expect, it } from "vitest";
import { lastStep } from "./header.ts";
import {
  idleSchedule,
  type KeyEffect,
  type KeyInput,
  type KeySchedule,
  keySchedule,
  keyScheduleDueAt,
  type Member,
  renewalMs,
} from "./schedule.ts";

const here = (...ids: string[]): Member[] => ids.map((id) => ({ id, isReachable: true }));
const run = (schedule: KeySchedule, now: number, ...inputs: KeyInput[]) => {
  const effects: KeyEffect[] = [];
  let after = schedule;
  for (const input of inputs) {
    const step = keySchedule(after, input, now);
    after = step.schedule;
    effects.push(...step.effects);
  }
  return { schedule: after, effects };
};
const started = run(idleSchedule, 0, { type: "start", members: here("a", "b") });
const key = (generation: number, step = 0) => ({ generation, step });

describe("the schedule of keys", () => {
  it("[Z12] begins with a new secret for everyone, used at once", () => {
    expect(started.effects).toEqual([
      { type: "make", generation: 0 },
      { type: "give", to: "a", key: key(0) },
      { type: "give", to: "b", key: key(0) },
      { type: "use", key: key(0) },
    ]);
    expect(run(started.schedule, 5, { type: "start", members: here("a", "b") }).effects).toEqual([]);
  });

  it("[Z13] when someone leaves, the others get a new secret, and it is used once those who can be reached have it", () => {
    const members = [...here("b", "c"), { id: "far", isReachable: false }];
    const left = run(started.schedule, 100, { type: "left", id: "a", members });
    expect(left.effects).toEqual([
      { type: "make", generation: 1 },
      ...["b", "c", "far"].map((to) => ({ type: "give", to, key: key(1) })),
    ]);
    const one = run(left.schedule, 200, { type: "settled", id: "b", generation: 1 });
    expect(one.effects).toEqual([]);
    // Another generation, and somebody twice, say nothing.
    expect(run(one.schedule, 200, { type: "settled", id: "c", generation: 0 }).effects).toEqual([]);
    expect(run(one.schedule, 200, { type: "settled", id: "b", generation: 1 }).effects).toEqual([]);
    const both = run(one.schedule, 300, { type: "settled", id: "c", generation: 1 });
    expect(both.effects).toEqual([{ type: "use", key: key(1) }]);
    expect(keyScheduleDueAt(both.schedule)).toBe(Infinity);
  });

  it("[Z13] or 1 s later, whoever has it", () => {
    const left = run(started.schedule, 100, { type: "left", id: "a", members: here("b") });
    expect(keyScheduleDueAt(left.schedule)).toBe(100 + renewalMs);
    expect(run(left.schedule, 99 + renewalMs, { type: "tick" }).effects).toEqual([]);
    expect(run(left.schedule, 100 + renewalMs, { type: "tick" }).effects).toEqual([
      { type: "use", key: key(1) },
    ]);
    const alone = run(started.schedule, 100, { type: "left", id: "a", members: [] });
    expect(alone.effects).toEqual([
      { type: "make", generation: 1 },
      { type: "use", key: key(1) },
    ]);
  });

  it("[Z13] one who leaves meanwhile gets another made, and the first is put off no longer", () => {
    const first = run(started.schedule, 100, { type: "left", id: "a", members: here("b", "c") });
    const second = run(first.schedule, 900, { type: "left", id: "b", members: here("c") });
    expect(second.effects).toEqual([
      { type: "make", generation: 2 },
      { type: "give", to: "c", key: key(2) },
    ]);
    expect(keyScheduleDueAt(second.schedule)).toBe(100 + renewalMs);
  });

  it("[Z14] who joins gets the next step, which nobody sealed with; those who are here are told nothing", () => {
    const joined = run(started.schedule, 50, { type: "joined", id: "c", members: here("a", "b", "c") });
    expect(joined.effects).toEqual([
      { type: "give", to: "c", key: key(0, 1) },
      { type: "use", key: key(0, 1) },
    ]);
  });

  it("[Z14] or, with a new secret on its way, that; and steps that run out make a new secret", () => {
    const left = run(started.schedule, 100, { type: "left", id: "a", members: here("b") });
    const joined = run(left.schedule, 200, { type: "joined", id: "c", members: here("b", "c") });
    expect(joined.effects).toEqual([{ type: "give", to: "c", key: key(1) }]);
    const worn: KeySchedule = { at: "sealing", current: key(3, lastStep), next: undefined };
    const renewed = run(worn, 0, { type: "joined", id: "c", members: here("c") });
    expect(renewed.effects).toEqual([
      { type: "make", generation: 4 },
      { type: "give", to: "c", key: key(4) },
    ]);
  });

  it("[Z12] stops with the last sender, and begins with another secret", () => {
    const stopped = run(started.schedule, 10, { type: "stop" });
    expect(stopped.effects).toEqual([{ type: "forget" }]);
    expect(run(stopped.schedule, 20, { type: "left", id: "a", members: [] }).effects).toEqual([]);
    const again = run(stopped.schedule, 30, { type: "start", members: [] });
    expect(again.effects).toEqual([
      { type: "make", generation: 1 },
      { type: "use", key: key(1) },
    ]);
  });
});
