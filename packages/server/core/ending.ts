import { close } from "./door.ts";
import type { RoomState } from "./state.ts";
import type { RoomStep } from "./transition.ts";

/** The room is over for everyone in it and at its door. */
export function end(state: RoomState): RoomStep {
  return {
    state: undefined,
    effects: [
      ...state.seats.flatMap((seat) =>
        seat.presence === "here"
          ? [{ type: "close" as const, connection: seat.connection, code: "room-ended" as const }]
          : [],
      ),
      ...state.waiting.map((one) => close(one, "room-ended")),
    ],
  };
}
