import { refusal } from "@parlour/protocol";
import { drop, expire, leave } from "./departure.ts";
import { end } from "./ending.ts";
import { enter } from "./enter.ts";
import { command } from "./host-command.ts";
import { unseated } from "./seat.ts";
import type { RoomState } from "./state.ts";
import type { CreateInput, RoomInput, RoomStep } from "./transition.ts";

/**
 * What a room does: from its present state (`undefined`: there is none of that name), an input and the time
 * (ms since 1970) to its next state and what is to be done about it, in that order. The rules are in docs/spec/rooms.md.
 */
export function room(state: RoomState | undefined, input: RoomInput, now: number): RoomStep {
  if (state === undefined) {
    if (input.type === "create") return { state: create(input, now), effects: [] };
    if (input.type === "enter" || input.type === "end") {
      return { state, effects: [], refused: refusal("no-such-room") };
    }
    return { state, effects: [] };
  }
  switch (input.type) {
    case "create":
      return { state, effects: [], refused: refusal("room-exists") };
    case "enter":
      return enter(state, input, now);
    case "drop":
      return drop(state, input.connection, input.why, now);
    case "leave":
      return leave(state, input.connection, now);
    case "end":
      return end(state);
    case "host":
      return command(state, input.connection, input.command, now);
    case "expire":
      return expire(state, now);
    case "boot":
      return { state: boot(state, now), effects: [] };
  }
}

function create(input: CreateInput, now: number): RoomState {
  return {
    name: input.name,
    visibility: input.visibility,
    capacity: input.capacity,
    ...(input.title === undefined ? {} : { title: input.title }),
    ...(input.passcodeHash === undefined ? {} : { passcodeHash: input.passcodeHash }),
    ...(input.hostTokenHash === undefined ? {} : { hostTokenHash: input.hostTokenHash }),
    ...(input.check === undefined ? {} : { check: input.check }),
    stay: input.stay,
    locked: false,
    knock: false,
    madeAt: now,
    // Who makes a room by joining is about to enter; should that fail, it is as if somebody had left.
    life: input.how === "http" ? { phase: "unentered", since: now } : { phase: "empty", lastSeen: now },
    nextNumber: 1,
    seats: [],
    removed: [],
    waiting: [],
  };
}

/** Time did not pass for a room while its server was away: every grace starts again. */
function boot(state: RoomState, now: number): RoomState {
  return {
    ...state,
    // Who knocked knocks again.
    waiting: [],
    seats: state.seats.map((seat) => unseated(seat, "silent", now)),
    life:
      state.life.phase === "unentered"
        ? { phase: "unentered", since: now }
        : { phase: state.life.phase, lastSeen: now },
  };
}
