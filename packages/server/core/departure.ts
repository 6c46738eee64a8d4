import type { PeerId } from "@parlour/protocol";
import { isOver } from "./deadlines.ts";
import { gone } from "./door.ts";
import { type ConnectionId, type EndReason, type Seat, seatOfConnection, unseated } from "./seat.ts";
import { settle } from "./settle.ts";
import type { RoomState } from "./state.ts";
import type { RoomStep } from "./transition.ts";

/** The page gives its seat up, or its place at the door. */
export function leave(state: RoomState, connection: ConnectionId, now: number): RoomStep {
  const leaver = seatOfConnection(state.seats, connection);
  if (leaver === undefined) return gone(state, connection);
  const step = settle(
    state,
    {
      seats: state.seats.filter((seat) => seat !== leaver),
      ended: new Map([[leaver.id, "left"]]),
    },
    now,
  );
  return { ...step, effects: [{ type: "close", connection, code: "left" }, ...step.effects] };
}

/** The connection is gone; the seat waits. A connection that was replaced sits nowhere, so nothing happens. */
export function drop(
  state: RoomState,
  connection: ConnectionId,
  why: "page" | "silent",
  now: number,
): RoomStep {
  const dropped = seatOfConnection(state.seats, connection);
  if (dropped === undefined) return gone(state, connection);
  const presence = why === "page" ? "away" : "silent";
  const seats = state.seats.map((seat) => (seat === dropped ? unseated(seat, presence, now) : seat));
  return settle(state, { seats, ended: new Map() }, now);
}

/** Ends the seats whose grace is over, and the room when it is due. */
export function expire(state: RoomState, now: number): RoomStep {
  return settle(state, withoutOver(state.seats, now), now);
}

/** The seats that are still good, and the ends of the others. */
export function withoutOver(
  seats: readonly Seat[],
  now: number,
): { seats: readonly Seat[]; ended: ReadonlyMap<PeerId, EndReason> } {
  const ended = new Map<PeerId, EndReason>();
  for (const seat of seats) {
    if (seat.presence === "here" || !isOver(seat, now)) continue;
    ended.set(seat.id, seat.presence === "away" ? "page" : "timeout");
  }
  return { seats: seats.filter((seat) => !ended.has(seat.id)), ended };
}
