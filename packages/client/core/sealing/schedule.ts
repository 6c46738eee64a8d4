import { generations, lastStep } from "./header.ts";

/**
 * Which of a sender's keys is in use, and who is given which. Secrets themselves are elsewhere: here they are numbers.
 *
 * ```
 *  idle ──start──▶ sealing ──left──▶ sealing, with a next generation that the others are getting
 *    ▲               │  ▲  └─joined─▶ sealing, one step on: who was here steps on alone, the newcomer gets that step
 *    └──────stop─────┘  └──everyone reachable has it, or 1 s is over: the next one is used──┘
 * ```
 *
 * Who leaves has the secret of the present generation and could follow all its steps, so the next one is a new random secret. Who joins
 * gets a step that nobody sealed with yet, and no way leads back from a step: what was before stays closed to them.
 */
export type KeySchedule =
  | { readonly at: "idle"; readonly lastGeneration: number }
  | {
      readonly at: "sealing";
      readonly current: KeyStep;
      /** A newer generation that is on its way to the others. */
      readonly next:
        | {
            readonly generation: number;
            /** It is used then, whoever has it. */
            readonly useAt: number;
            /** Reachable pages that are not known to have it. */
            readonly awaited: ReadonlySet<string>;
          }
        | undefined;
    };
export interface KeyStep {
  readonly generation: number;
  readonly step: number;
}

export interface Member {
  readonly id: string;
  /** Its page is here: the server passes on what is sent to it now. */
  readonly isReachable: boolean;
}

export type KeyInput =
  /** The first sender is there. `members` are all others in the room, in each of these. */
  | { readonly type: "start"; readonly members: readonly Member[] }
  | { readonly type: "stop" }
  /** A seat's new page: a newcomer, or one who reloaded. */
  | { readonly type: "joined"; readonly id: string; readonly members: readonly Member[] }
  /** That seat is gone: left, removed, not heard from. */
  | { readonly type: "left"; readonly id: string; readonly members: readonly Member[] }
  /** This page's own seat is another: whose keys they are is another, too. */
  | { readonly type: "renew"; readonly members: readonly Member[] }
  /** That page has this generation, or is gone. */
  | { readonly type: "settled"; readonly id: string; readonly generation: number }
  /** `keyScheduleDueAt` is reached. */
  | { readonly type: "tick" };

export type KeyEffect =
  /** A new random secret, step 0. */
  | { readonly type: "make"; readonly generation: number }
  /** That page gets the secret of this step. */
  | { readonly type: "give"; readonly to: string; readonly key: KeyStep }
  /** Frames are sealed with this one from now on. */
  | { readonly type: "use"; readonly key: KeyStep }
  /** Nothing is sealed any more, and secrets are forgotten. */
  | { readonly type: "forget" };

export interface KeyScheduleStep {
  readonly schedule: KeySchedule;
  readonly effects: readonly KeyEffect[];
}

/** How long a key that somebody who left could have is used on, at most. */
export const renewalMs = 1_000;

export const idleSchedule: KeySchedule = { at: "idle", lastGeneration: -1 };

const following = (generation: number): number => (generation + 1) % generations;
const same = (schedule: KeySchedule): KeyScheduleStep => ({ schedule, effects: [] });

/** The next generation is used once nobody is waited for. */
function settle(
  schedule: Extract<KeySchedule, { at: "sealing" }>,
  effects: readonly KeyEffect[],
  now: number,
): KeyScheduleStep {
  const { next } = schedule;
  if (!next || (next.awaited.size > 0 && now < next.useAt)) return { schedule, effects };
  const current = { generation: next.generation, step: 0 };
  return {
    schedule: { at: "sealing", current, next: undefined },
    effects: [...effects, { type: "use", key: current }],
  };
}

function renew(
  schedule: Extract<KeySchedule, { at: "sealing" }>,
  members: readonly Member[],
  now: number,
): KeyScheduleStep {
  const { current, next } = schedule;
  // One that is still on its way may have reached who is leaving now, so there is another; but the first's time is not put off.
  const generation = following(next?.generation ?? current.generation);
  const awaited = new Set(members.filter(({ isReachable }) => isReachable).map(({ id }) => id));
  const effects: KeyEffect[] = [
    { type: "make", generation },
    ...members.map(({ id }): KeyEffect => ({ type: "give", to: id, key: { generation, step: 0 } })),
  ];
  const useAt = next?.useAt ?? now + renewalMs;
  return settle({ ...schedule, next: { generation, useAt, awaited } }, effects, now);
}

export function keySchedule(schedule: KeySchedule, input: KeyInput, now: number): KeyScheduleStep {
  if (schedule.at === "idle") {
    if (input.type !== "start") return same(schedule);
    const current = { generation: following(schedule.lastGeneration), step: 0 };
    const gifts = input.members.map(({ id }): KeyEffect => ({ type: "give", to: id, key: current }));
    return {
      schedule: { at: "sealing", current, next: undefined },
      effects: [{ type: "make", generation: current.generation }, ...gifts, { type: "use", key: current }],
    };
  }
  const { current, next } = schedule;
  switch (input.type) {
    case "start":
      return same(schedule);
    case "stop": {
      const lastGeneration = next?.generation ?? current.generation;
      return { schedule: { at: "idle", lastGeneration }, effects: [{ type: "forget" }] };
    }
    case "left":
    case "renew":
      return renew(schedule, input.members, now);
    case "joined": {
      // Nothing was sealed with the next one yet.
      if (next)
        return {
          schedule,
          effects: [{ type: "give", to: input.id, key: { generation: next.generation, step: 0 } }],
        };
      if (current.step === lastStep) return renew(schedule, input.members, now);
      const key = { ...current, step: current.step + 1 };
      return {
        schedule: { ...schedule, current: key },
        effects: [
          { type: "give", to: input.id, key },
          { type: "use", key },
        ],
      };
    }
    case "settled": {
      if (next?.generation !== input.generation || !next.awaited.has(input.id)) return same(schedule);
      const awaited = new Set([...next.awaited].filter((id) => id !== input.id));
      return settle({ ...schedule, next: { ...next, awaited } }, [], now);
    }
    case "tick":
      return settle(schedule, [], now);
  }
}

/** When `tick` has something to do; never: `Infinity`. */
export const keyScheduleDueAt = (schedule: KeySchedule): number =>
  schedule.at === "sealing" ? (schedule.next?.useAt ?? Infinity) : Infinity;
