import type { PeerId } from "@parlour/protocol";
import type { RoomState } from "../../core/index.ts";
import type { HubSetup } from "./setup.ts";

/** Whose seats were there before and are no more; all of them when the room is gone. */
export function seatsGone(before: RoomState | undefined, after: RoomState | undefined): readonly PeerId[] {
  if (before === undefined || before.seats === after?.seats) return [];
  const left = new Set(after?.seats.map(({ id }) => id));
  return before.seats.flatMap(({ id }) => (left.has(id) ? [] : [id]));
}

/** Tells the host's program; what it does about it must not keep the room from going on. */
export function tellGone(
  { onSeatGone, logger }: Pick<HubSetup, "onSeatGone" | "logger">,
  room: string,
  seats: readonly PeerId[],
): void {
  for (const seat of seats) {
    try {
      onSeatGone(room, seat);
    } catch (error) {
      logger.error({ err: error, doing: "seat gone" }, "something went wrong in the hub");
    }
  }
}
