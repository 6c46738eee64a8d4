import type { PeerId } from "@parlour/protocol";
import type { Observed } from "../../core/inspect/observed.ts";
import type { JsonValue } from "../api.ts";

/** Something that happened in the room, or that a link did; then `detail` is its connection. */
export type Note = readonly [
  at: number,
  what: string | Observed,
  peer?: PeerId | undefined,
  detail?: JsonValue | RTCPeerConnection | undefined,
];

const most = 2_000;

/** What happens in a room is kept here, until what records it is there and takes it over. See `recorder.ts`. */
export function eventLog() {
  const log = {
    notes: [] as Note[],
    keep(note: Note): void {
      if (log.notes.length < most) log.notes.push(note);
    },
    add: (what: Note[1], peer?: Note[2], detail?: Note[3]): void =>
      log.keep([Date.now(), what, peer, detail]),
  };
  return log;
}
export type EventLog = ReturnType<typeof eventLog>;
