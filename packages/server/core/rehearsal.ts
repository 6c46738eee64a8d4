import type { RosterEntry } from "@parlour/protocol";
import { nextDeadline } from "./deadlines.ts";
import { room } from "./room.ts";
import type { Seat } from "./seat.ts";
import type { RoomState } from "./state.ts";
import type { CreateInput, EnterInput, RoomEffect, RoomInput, RoomStep } from "./transition.ts";

/** A room played through in a test: keeps its state and its time between inputs. */
export interface Rehearsal {
  readonly state: RoomState | undefined;
  /** ms since 1970. */
  readonly now: number;
  give(input: RoomInput): RoomStep;
  /** Lets time pass, clearing away what falls due at its moment; returns all effects of that. */
  pass(ms: number): readonly RoomEffect[];
  /** The seat with that id; throws when there is none. */
  seat(id: string): Seat;
  /** The claim that a token for that seat makes. */
  claim(id: string): NonNullable<EnterInput["claim"]>;
}

/** A room that was just made; public and over HTTP unless said otherwise. */
export function rehearse(options: Partial<CreateInput> = {}): Rehearsal {
  const create: CreateInput = {
    type: "create",
    name: "tea",
    how: "http",
    visibility: "public",
    capacity: 100,
    stay: false,
    ...options,
  };
  let now = 1_000_000;
  let state = room(undefined, create, now).state;
  const rehearsal: Rehearsal = {
    get state() {
      return state;
    },
    get now() {
      return now;
    },
    give(input) {
      const step = room(state, input, now);
      state = step.state;
      return step;
    },
    pass(ms) {
      const until = now + ms;
      const effects: RoomEffect[] = [];
      for (;;) {
        const due = state === undefined ? undefined : nextDeadline(state);
        if (due === undefined || due > until) break;
        now = Math.max(now, due);
        effects.push(...rehearsal.give({ type: "expire" }).effects);
      }
      now = until;
      return effects;
    },
    seat(id) {
      const seat = state?.seats.find((one) => one.id === id);
      if (seat === undefined) throw new Error(`nobody has the seat ${id}`);
      return seat;
    },
    claim(id) {
      const { name } = rehearsal.seat(id);
      return { id, name, roomMade: state?.madeAt ?? 0 };
    },
  };
  return rehearsal;
}

/** Somebody's `hello` in a public room: id, epoch, connection and name follow from `who`. */
export function hello(who: string, more: Partial<EnterInput> = {}): EnterInput {
  return {
    type: "enter",
    connection: `${who}'s connection`,
    id: who,
    epoch: `${who}'s page`,
    name: who,
    fallbackName: "Quiet Otter",
    passcodeOk: false,
    hostTokenOk: false,
    mayKnock: true,
    ...more,
  };
}

/** Somebody's `hello` in a private room. */
export function sealedHello(who: string, more: Partial<EnterInput> = {}): EnterInput {
  return hello(who, { id: `made for ${who}`, ownId: who, card: `${who}'s card`, key: "the key", ...more });
}

/** What the room told everyone, as `type id` with the reason or presence: "left ada page". */
export function told(step: Pick<RoomStep, "effects">): readonly string[] {
  return step.effects.flatMap((effect) => {
    if (effect.type !== "tell-all") return [];
    const { frame } = effect;
    if (frame.type === "left") return [`left ${frame.id} ${frame.reason}`];
    if (frame.type === "joined") return [`joined ${frame.peer.id}`];
    if (frame.type === "changed") return [`changed ${frame.peer.id} ${frame.peer.presence}`];
    return [frame.type];
  });
}

/** The welcome among the effects; throws when there is none. */
export function welcomeIn(step: RoomStep): RoomEffect & { type: "welcome" } {
  for (const effect of step.effects) if (effect.type === "welcome") return effect;
  throw new Error(`no welcome${step.refused === undefined ? "" : `, but ${step.refused.code}`}`);
}

/** The names of a roster, in its order. */
export function namesOf(entries: readonly RosterEntry[]): readonly string[] {
  return entries.map((entry) => entry.name ?? "");
}
