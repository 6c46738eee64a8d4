import type { RosterEntry, ServerFrame, Welcome } from "@parlour/protocol";
import { sampleRoom } from "@parlour/testkit";
import { further } from "./further.ts";
import {
  nextDeadline,
  type Session,
  type SessionEffect,
  type SessionInput,
  type SessionStep,
  session,
  startSession,
} from "./session.ts";

export const introduction = { room: "den", epoch: "e".repeat(16), name: "Ada" };
export const idOf = (letter: string): string => letter.repeat(22);
export const seat = (letter: string, number: number, more: Partial<RosterEntry> = {}): RosterEntry => ({
  id: idOf(letter),
  number,
  epoch: letter.repeat(16),
  role: "member",
  presence: "here",
  name: letter,
  ...more,
});
export const welcome = (more: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  version: 1,
  at: 0,
  room: sampleRoom,
  you: seat("a", 1),
  peers: [],
  token: "token-1",
  resumed: false,
  iceServers: [],
  history: [],
  ...more,
});
export const said = (
  seq: number,
  text: string,
  more: object = {},
): Extract<ServerFrame, { type: "said" }> => ({
  type: "said",
  seq,
  at: seq,
  id: `id-of-${text}`,
  from: idOf("b"),
  name: "b",
  text,
  ...more,
});

/** With both halves. */
export const wholeSession = (
  before: Session,
  input: SessionInput,
  now: number,
  chance: number,
): SessionStep => session(before, input, now, chance, further) as SessionStep;

/** A session with a clock, and what it did. */
export function drive(token?: string) {
  let now = 0;
  const first = startSession(introduction, token, now);
  let state: Session = first.session;
  let effects: SessionEffect[] = [...first.effects];
  const run = {
    get state() {
      return state;
    },
    put(input: SessionInput, chance = 0.5) {
      const step = wholeSession(state, input, now, chance);
      state = step.session;
      effects.push(...step.effects);
      return run;
    },
    frame: (frame: ServerFrame) => run.put({ type: "frame", frame }),
    /** Moves to the next deadline. */
    time() {
      now = nextDeadline(state) ?? now;
      return run.put({ type: "time" });
    },
    later(ms: number) {
      now += ms;
      return run;
    },
    get now() {
      return now;
    },
    /** What was done since this was last asked. */
    took(): SessionEffect[] {
      const taken = effects;
      effects = [];
      return taken;
    },
    types: () => run.took().map(({ type }) => type),
    live(more: Partial<Welcome> = {}) {
      run.put({ type: "opened" }).frame(welcome(more));
      return run;
    },
    /** Loses the connection and is welcomed again. */
    again(more: Partial<Welcome> = {}) {
      return run
        .put({ type: "lost" })
        .time()
        .live({ resumed: true, ...more });
    },
  };
  return run;
}
