import {
  idleSchedule,
  type KeyEffect,
  type KeyInput,
  type KeyStep,
  keySchedule,
  keyScheduleDueAt,
} from "../../core/sealing/index.ts";
import type { Timekeeper } from "../link/timekeeper.ts";
import { nextSecret } from "./frame-cipher.ts";
import type { GivenKey } from "./worker-messages.ts";

export interface OwnKeysSetup {
  readonly room: string;
  readonly timekeeper: Timekeeper;
  /** Brings a key to a page; settles when that page has it, or never will. */
  give(to: string, key: GivenKey): Promise<void>;
  use(key: GivenKey): void;
  forget(): void;
}

/** Runs the schedule of this page's keys: has the secrets, which the schedule only counts. */
export function ownKeys({ room, timekeeper, give, use, forget }: OwnKeysSetup) {
  let schedule = idleSchedule;
  let callOff: (() => void) | undefined;
  /** By generation: its step and secret now. Those before the one in use are forgotten. */
  const secrets = new Map<number, GivenKey>();
  /** Moving a secret on takes a moment, and what follows needs it. */
  let last: Promise<unknown> = Promise.resolve();

  const at = async ({ generation, step }: KeyStep): Promise<GivenKey | undefined> => {
    let key = secrets.get(generation);
    while (key && key.step < step) {
      key = { generation, step: key.step + 1, secret: await nextSecret(key.secret, room) };
      secrets.set(generation, key);
    }
    return key?.step === step ? key : undefined;
  };
  const perform = async (effect: KeyEffect): Promise<void> => {
    switch (effect.type) {
      case "make": {
        const secret = crypto.getRandomValues(new Uint8Array(32));
        secrets.set(effect.generation, { generation: effect.generation, step: 0, secret });
        break;
      }
      case "give": {
        const key = await at(effect.key);
        const settled = () => put({ type: "settled", id: effect.to, generation: effect.key.generation });
        if (key) give(effect.to, key).then(settled, settled);
        break;
      }
      case "use": {
        const key = await at(effect.key);
        if (key) use(key);
        for (const generation of secrets.keys())
          if (generation !== effect.key.generation && generation !== newest()) secrets.delete(generation);
        break;
      }
      case "forget":
        secrets.clear();
        forget();
        break;
    }
  };
  const newest = (): number | undefined =>
    schedule.at === "sealing" ? (schedule.next?.generation ?? schedule.current.generation) : undefined;
  const put = (input: KeyInput): void => {
    const step = keySchedule(schedule, input, timekeeper.now());
    schedule = step.schedule;
    for (const effect of step.effects) last = last.then(() => perform(effect)).catch(() => {});
    callOff?.();
    const due = keyScheduleDueAt(schedule);
    callOff =
      due < Infinity ? timekeeper.after(due - timekeeper.now(), () => put({ type: "tick" })) : undefined;
  };
  return {
    put,
    /** When everything put so far is done. */
    settled: () => last,
  };
}
