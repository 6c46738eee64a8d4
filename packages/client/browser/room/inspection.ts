import type { PeerId } from "@parlour/protocol";
import type { JsonValue, RoomInspection } from "../api.ts";

const most = 2_000;

/** The room's event log: the last 2,000 things that happened, oldest first. */
export function eventLog() {
  const events: RoomInspection["events"][number][] = [];
  return {
    events: events as RoomInspection["events"],
    add(event: string, peer?: PeerId, detail?: JsonValue): void {
      events.push({
        at: Date.now(),
        event,
        ...(peer && { peer }),
        ...(detail !== undefined && { detail }),
      });
      if (events.length > most) events.shift();
    },
  };
}
