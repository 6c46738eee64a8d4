/** The public entry of the SDK: `joinRoom`, links, and the types of everything it gives. */

export { toRoomName } from "@parlour/protocol";
export * from "./api.ts";
export type * from "./direct/api.ts";
export { makePrivateLink, parseRoomLink, type RoomLink } from "./link-text.ts";
export { prepareRoom } from "./prepare.ts";

import type { ConnectionCheckResult, ConnectionTestOptions } from "./api.ts";
import { createChannelHub } from "./channels/index.ts";
import type { Direct } from "./direct/api.ts";
import { createFilesHub } from "./files/files-hub.ts";
import { loaded } from "./later.ts";
import { createLink } from "./link/index.ts";
import { roomJoiner } from "./room/index.ts";
import { capabilities, createMediaHub } from "./room/media-hub.ts";
import { noMedia } from "./room/peers.ts";
import { enterRoom } from "./room/room.ts";
import { seatNotebook } from "./room/seat-note.ts";

const parts = { createLink, createChannelHub, createMediaHub, capabilities, createFilesHub };
export const joinRoom = roomJoiner(parts);

/** Rooms of two that no server introduces: two texts do. Rejects with `unreachable` when what it takes can't be loaded. */
export const loadDirect = async (): Promise<Direct> =>
  (await loaded(() => import("./direct/direct.ts"))).directRooms({ parts, enterRoom, seatNotebook, noMedia });

/**
 * Tries what a call needs, without one: the server, its WebSocket, STUN, and data through the relay over each way to it. Takes some
 * seconds, up to half a minute where something does not work.
 *
 * @param server where it is: `https://meet.example.org`, and the path it is mounted at, if any
 * @returns all results; rejects with `aborted`, or with `unreachable` when the test itself can't be loaded
 */
export const testConnection = async (
  server: string,
  options?: ConnectionTestOptions,
): Promise<readonly ConnectionCheckResult[]> => {
  const { runConnectionTest } = await loaded(() => import("./trial/connection-test.ts"));
  return runConnectionTest(server.replace(/\/+$/, ""), options);
};
