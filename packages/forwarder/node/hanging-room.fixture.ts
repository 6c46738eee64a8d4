import { createRoom as createReal } from "../core/room.ts";
import type { CreateRoom } from "../core/seams.ts";

/** A room as it is, but for a packet that it never comes to an end with. */
export const createRoom: CreateRoom = (setup) => {
  const room = createReal(setup);
  return {
    get nextAt() {
      return room.nextAt;
    },
    get statistics() {
      return room.statistics;
    },
    take(input, now) {
      if (input.type === "rtp" && Buffer.from(input.packet).includes("hang")) for (;;);
      room.take(input, now);
    },
  };
};
