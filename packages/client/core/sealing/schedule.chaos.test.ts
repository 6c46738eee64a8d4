import { runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import {
  idleSchedule,
  type KeyInput,
  type KeySchedule,
  keySchedule,
  keyScheduleDueAt,
  type Member,
  renewalMs,
} from "./schedule.ts";

describe("the schedule of keys under chaos", () => {
  it("[Z13][Z14] nobody has a key that is used after they left, or was before they came", () => {
    let left = 0;
    const ran = runSeeds({ seeds: 2_000, env: process.env }, (random) => {
      const wrong: string[] = [];
      const here = new Set(["a", "b", "c"]);
      /** By page: the first step it was given of each generation. */
      const has = new Map<string, Map<number, number>>();
      const gone: Map<number, number>[] = [];
      let schedule: KeySchedule = idleSchedule;
      let now = 0;
      /** When the first left of those who may still have what is used. */
      let leftAt = Infinity;
      const members = (): Member[] => [...here].map((id) => ({ id, isReachable: random.chance(0.8) }));
      const put = (input: KeyInput): void => {
        const step = keySchedule(schedule, input, now);
        schedule = step.schedule;
        for (const effect of step.effects) {
          if (effect.type === "give") {
            if (!here.has(effect.to)) wrong.push(`${effect.to} is given a key and not here`);
            const keys = has.get(effect.to) ?? new Map<number, number>();
            if (!keys.has(effect.key.generation)) keys.set(effect.key.generation, effect.key.step);
            has.set(effect.to, keys);
          }
          if (effect.type !== "use") continue;
          const { generation, step: used } = effect.key;
          for (const id of here)
            if ((has.get(id)?.get(generation) ?? Infinity) > used) wrong.push(`${id} lacks what is used`);
          if (gone.some((keys) => keys.has(generation)))
            wrong.push("one who left has what is used from now on");
          leftAt = Infinity;
        }
      };
      put({ type: "start", members: members() });
      for (let i = 0; i < 40; i++) {
        const until = now + random.int(0, 400);
        if (keyScheduleDueAt(schedule) <= until) {
          now = Math.max(now, keyScheduleDueAt(schedule));
          put({ type: "tick" });
        }
        now = until;
        if (now - leftAt > renewalMs) wrong.push("one who left reads on for too long");
        const id = random.pick(["a", "b", "c", "d", "e"]);
        if (random.chance(0.3) && schedule.at === "sealing" && schedule.next)
          put({ type: "settled", id, generation: schedule.next.generation });
        else if (here.delete(id)) {
          left++;
          gone.push(has.get(id) ?? new Map());
          has.delete(id);
          leftAt = Math.min(leftAt, now);
          put({ type: "left", id, members: members() });
        } else {
          here.add(id);
          put({ type: "joined", id, members: members() });
        }
      }
      expect(wrong).toEqual([]);
    });
    expect(left).toBeGreaterThan(ran);
  });
});
