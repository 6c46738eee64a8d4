import { type MediaReport, refusal } from "@parlour/protocol";
import { drop, expire, leave } from "./departure.ts";
import { end } from "./ending.ts";
import { enter } from "./enter.ts";
import { command } from "./host-command.ts";
import { type HostPolicy, plan } from "./planner.ts";
import { type ConnectionId, seatOfConnection, unseated } from "./seat.ts";
import { type RoomState, roomInfo } from "./state.ts";
import type { CreateInput, RoomEffect, RoomInput, RoomStep } from "./transition.ts";

/**
 * What a room does: from its present state (`undefined`: there is none of that name), an input and the time
 * (ms since 1970) to its next state and what is to be done about it, in that order. The rules are in docs/spec/rooms.md, and in
 * docs/spec/forwarding.md for how media goes.
 */
export function room(
  state: RoomState | undefined,
  input: RoomInput,
  now: number,
  policy: HostPolicy = {},
): RoomStep {
  return planned(step(state, input, now), policy, now);
}

/** Whatever happened, how media goes is decided anew. */
function planned(after: RoomStep, policy: HostPolicy, now: number): RoomStep {
  const { state } = after;
  if (state === undefined || after.refused !== undefined) return after;
  const next = plan(state, policy, now);
  if (next === undefined || JSON.stringify(next) === JSON.stringify(state.plan)) return after;
  const moved: RoomState = { ...state, plan: next };
  const { number = 0, passers } = state.plan ?? {};
  const isSame = next.number === number && JSON.stringify(next.passers) === JSON.stringify(passers);
  const tell: readonly RoomEffect[] = isSame
    ? []
    : [{ type: "tell-all", frame: { type: "room", room: roomInfo(moved) } }];
  return { ...after, state: moved, effects: [...after.effects, ...tell] };
}

function step(state: RoomState | undefined, input: RoomInput, now: number): RoomStep {
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
    case "media":
      return { state: reported(state, input.connection, input.report), effects: [] };
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

function reported(state: RoomState, connection: ConnectionId, report: MediaReport): RoomState {
  const seat = seatOfConnection(state.seats, connection);
  if (seat === undefined || JSON.stringify(seat.media) === JSON.stringify(report)) return state;
  const seats = state.seats.map((each) => (each === seat ? { ...seat, media: report } : each));
  return { ...state, seats };
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
