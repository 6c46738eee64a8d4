import { limits } from "@parlour/protocol";
import { planDeadline } from "./planner.ts";
import type { Seat } from "./seat.ts";
import type { RoomState } from "./state.ts";

/** When a seat without a page ends (ms since 1970); undefined for one whose page is here. */
export function seatDeadline(seat: Seat): number | undefined {
  switch (seat.presence) {
    case "here":
      return undefined;
    case "away":
      return seat.since + limits.seatAfterPageGoneMs;
    case "silent":
      return seat.since + limits.seatAfterSilenceMs;
  }
}

/** When a room without seats is gone (ms since 1970); undefined for one that is occupied or made to stay. */
export function roomDeadline(state: Pick<RoomState, "life" | "stay">): number | undefined {
  if (state.stay) return undefined;
  switch (state.life.phase) {
    case "unentered":
      return state.life.since + limits.unenteredRoomMs;
    case "occupied":
      return undefined;
    case "empty":
      return state.life.lastSeen + limits.emptyRoomMs;
  }
}

/** When `expire` has something to do, ms since 1970; undefined when only people can change the room. */
export function nextDeadline(state: RoomState): number | undefined {
  let next = roomDeadline(state);
  for (const deadline of [planDeadline(state), ...state.seats.map(seatDeadline)]) {
    if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
  }
  return next;
}

/** Whether a seat's grace is over. */
export function isOver(seat: Seat, now: number): boolean {
  const deadline = seatDeadline(seat);
  return deadline !== undefined && deadline <= now;
}
