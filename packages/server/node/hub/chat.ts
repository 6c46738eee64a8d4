import type { Said, Say, Whispered } from "@parlour/protocol";
import { type Seat, seatOfConnection } from "../../core/index.ts";
import type { Connection } from "../gateway/connection.ts";
import type { LiveRoom } from "../gateway/live-room.ts";
import type { HubSetup } from "./setup.ts";

/** Takes what somebody says in a public room: to everyone and into the log, or to one alone. Runs inside the room's queue. */
export async function say(
  setup: HubSetup,
  live: LiveRoom,
  connection: Connection,
  frame: Say,
): Promise<void> {
  const { stores, clock, counts, gateway } = setup;
  const state = await stores.rooms.read(live.name);
  const seat = state && seatOfConnection(state.seats, connection.id);
  if (seat === undefined) return;
  if (state?.visibility !== "public") {
    const detail = "In a private room messages go from page to page.";
    connection.refuse("unexpected", gateway.now(), { ref: frame.id, detail });
    return;
  }
  if ((await setup.profanity()).isProfane(frame.text)) {
    connection.refuse("profanity", gateway.now(), { ref: frame.id, cost: 0 });
    return;
  }
  const message = spoken(seat, frame, clock.now());
  if (frame.to !== undefined) {
    whisper(setup, live, connection, { ...message, type: "whispered", to: frame.to });
    return;
  }
  const { entry, isNew } = await stores.log.append(live.name, { ...message, type: "said" });
  connection.send({ type: "accepted", id: frame.id, seq: entry.seq, at: entry.at });
  if (!isNew) return;
  counts.said++;
  live.tellAll(entry);
}

function spoken(seat: Seat, { id, text }: Say, at: number): Omit<Said, "type" | "seq"> {
  const { name = "", country } = seat;
  return { at, id, from: seat.id, name, ...(country === undefined ? {} : { country }), text };
}

/** Nothing keeps it: a page that is not connected now would never get it, so that is said to the author. */
function whisper({ counts, gateway }: HubSetup, live: LiveRoom, author: Connection, frame: Whispered): void {
  const receiver = live.connectionOf(frame.to);
  if (receiver === undefined || receiver === author) {
    const detail = "That person is not connected now.";
    author.refuse("no-such-peer", gateway.now(), { ref: frame.id, detail, cost: 0.25 });
    return;
  }
  counts.said++;
  receiver.send(frame);
  author.send(frame);
}
