import { type Code, limits, type PeerId, refusal } from "@parlour/protocol";
import { close } from "./door.ts";
import { end } from "./ending.ts";
import { enter } from "./enter.ts";
import { type ConnectionId, type EndReason, type Seat, seatOfConnection } from "./seat.ts";
import { settle } from "./settle.ts";
import type { RoomState } from "./state.ts";
import type { HostCommand, RoomEffect, RoomStep } from "./transition.ts";

const nothing: ReadonlyMap<PeerId, EndReason> = new Map();

/**
 * Does what a host asks for. Asked for again, what is done already is done: a host whose connection was lost can't know, and repeats.
 */
export function command(
  state: RoomState,
  connection: ConnectionId,
  asked: HostCommand,
  now: number,
): RoomStep {
  const host = seatOfConnection(state.seats, connection);
  if (host?.role !== "host") return refused(state, "not-host");
  switch (asked.type) {
    case "set":
      return set(state, asked, now);
    case "mute":
      return mute(state, host, asked);
    case "remove":
      return remove(state, host, asked.id, now);
    case "hand-over":
      return handOver(state, asked.id, now);
    case "admit":
      return admit(state, asked.id, now);
    case "deny":
      return deny(state, asked.id, now);
    case "end":
      return end(state);
  }
}

function refused(state: RoomState, code: Code, detail?: string): RoomStep {
  return { state, effects: [], refused: refusal(code, detail) };
}

function set(
  state: RoomState,
  { title, passcodeHash, locked, knock }: HostCommand & { type: "set" },
  now: number,
): RoomStep {
  const { title: oldTitle, passcodeHash: oldHash, ...rest } = state;
  const newTitle = title === undefined ? oldTitle : title;
  const newHash = passcodeHash === undefined ? oldHash : passcodeHash;
  const room: RoomState = {
    ...rest,
    locked: locked ?? state.locked,
    knock: knock ?? state.knock,
    ...(newTitle == null ? {} : { title: newTitle }),
    ...(newHash == null ? {} : { passcodeHash: newHash }),
  };
  const changed = settle(state, { room, seats: state.seats, ended: nothing }, now);
  return room.knock ? changed : openDoor(changed, now);
}

/** Nobody has to knock any more: who waits comes in as anyone may come in now. */
function openDoor(step: RoomStep, now: number): RoomStep {
  let { state } = step;
  const effects = [...step.effects];
  for (const one of state?.waiting ?? []) {
    if (state === undefined) break;
    const entered = state.locked ? refused(state, "locked") : enter(state, one.input, now, true);
    const { state: next, effects: more } =
      entered.refused === undefined ? entered : away(state, one.id, entered.refused.code, now);
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}

function mute(state: RoomState, host: Seat, { id, kind }: HostCommand & { type: "mute" }): RoomStep {
  const target = state.seats.find((seat) => seat.id === id);
  if (target === host) return refused(state, "unexpected", "That is you.");
  if (target?.presence !== "here") return refused(state, "no-such-peer", notHere(target));
  const frame = {
    type: "asked",
    what: "mute",
    ...(kind === undefined ? {} : { kind }),
    by: host.id,
  } as const;
  return { state, effects: [{ type: "tell", to: target.connection, frame }] };
}

function remove(state: RoomState, host: Seat, id: PeerId, now: number): RoomStep {
  if (id === host.id) return refused(state, "unexpected", "To go yourself, leave.");
  const target = state.seats.find((seat) => seat.id === id);
  if (target === undefined) {
    return state.removed.includes(id) ? { state, effects: [] } : refused(state, "no-such-peer");
  }
  const removed = [...state.removed, id].slice(-limits.removedIds);
  const step = settle(
    state,
    {
      room: { ...state, removed },
      seats: state.seats.filter((seat) => seat !== target),
      ended: new Map([[id, "removed"]]),
    },
    now,
  );
  const closed: readonly RoomEffect[] =
    target.presence === "here" ? [{ type: "close", connection: target.connection, code: "removed" }] : [];
  return { ...step, effects: [...closed, ...step.effects] };
}

function handOver(state: RoomState, id: PeerId, now: number): RoomStep {
  const target = state.seats.find((seat) => seat.id === id);
  // A host who can't be reached is of no use to anyone.
  if (target?.presence !== "here") return refused(state, "no-such-peer", notHere(target));
  return settle(state, { seats: state.seats, ended: nothing, host: id }, now);
}

function admit(state: RoomState, id: PeerId, now: number): RoomStep {
  const one = state.waiting.find((knock) => knock.id === id);
  if (one !== undefined) return enter(state, one.input, now, true);
  if (state.seats.some((seat) => seat.id === id)) return { state, effects: [] };
  return refused(state, "no-such-peer", "That person does not wait any more.");
}

function deny(state: RoomState, id: PeerId, now: number): RoomStep {
  return away(state, id, "denied", now);
}

function away(state: RoomState, id: PeerId, code: Code, now: number): RoomStep {
  const one = state.waiting.find((knock) => knock.id === id);
  if (one === undefined) return { state, effects: [] };
  const room = { ...state, waiting: state.waiting.filter((knock) => knock !== one) };
  const step = settle(state, { room, seats: state.seats, ended: nothing }, now);
  return { ...step, effects: [close(one, code), ...step.effects] };
}

function notHere(target: Seat | undefined): string | undefined {
  return target === undefined ? undefined : "That person's page is not connected now.";
}
