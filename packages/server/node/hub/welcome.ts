import { type RoomEffect, type RoomState, roomInfo } from "../../core/index.ts";
import type { AtDoor, LiveRoom } from "../gateway/live-room.ts";
import { greeting } from "./greeting.ts";
import type { HubSetup } from "./setup.ts";

/** Whom ICE servers are given to. */
type Visitor = Parameters<HubSetup["iceServers"]>[0];

/** Gives a connection its seat and tells it the whole present state. Undefined when it was gone before. Runs inside the room's queue. */
export async function welcome(
  setup: HubSetup,
  live: LiveRoom,
  state: RoomState,
  effect: RoomEffect & { type: "welcome" },
  { connection, since }: AtDoor,
): Promise<Visitor | undefined> {
  const { stores, clock, tokens, counts, historyMessages, iceServers } = setup;
  const { you, peers, resumed } = effect;
  const isPublic = state.visibility === "public";
  // Nothing is said meanwhile: the room's queue waits for this.
  const history = isPublic
    ? await stores.log.after(live.name, effect.sinceHolds ? since : undefined, historyMessages)
    : [];
  if (!connection.move({ phase: "seated", room: live, number: you.number, id: you.id })) return undefined;
  live.door.delete(connection.id);
  live.seats.set(you.number, connection);
  if (resumed) counts.resumes++;
  else counts.joins++;
  const now = clock.now();
  const visitor = { ...connection.cameBy, room: live.name, seat: you.id };
  connection.send({
    type: "welcome",
    version: 1,
    at: now,
    room: roomInfo(state),
    you,
    peers,
    token: tokens.issue(
      {
        room: live.name,
        id: you.id,
        roomMade: state.madeAt,
        ...(you.name === undefined ? {} : { name: you.name }),
      },
      now,
    ),
    resumed,
    iceServers: [...iceServers(visitor)],
    history: [...history],
    ...(isPublic ? { greeting: greeting(state, you, peers) } : {}),
    ...(effect.waiting === undefined ? {} : { waiting: effect.waiting }),
  });
  return visitor;
}
