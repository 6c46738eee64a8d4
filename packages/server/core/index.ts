export * from "./bucket.ts";
export { nextDeadline } from "./deadlines.ts";
export type { Knock } from "./door.ts";
export { nameKey } from "./names.ts";
export type { HostPolicy, Plan } from "./planner.ts";
export {
  afterFailure,
  nextAttempt,
  noFailures,
  type RenewalRecord,
  renewalDue,
  type Validity,
} from "./renewal.ts";
export { room } from "./room.ts";
export { type ConnectionId, type EndReason, rosterEntry, type Seat, seatOfConnection } from "./seat.ts";
export { briefly, listedRoom, type RoomLife, type RoomState, roomInfo } from "./state.ts";
export * from "./transition.ts";
export { twoWordName } from "./two-word-name.ts";
