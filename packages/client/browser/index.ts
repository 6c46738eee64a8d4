/** The public entry of the SDK: `joinRoom`, links, and the types of everything it gives. */

export { toRoomName } from "@parlour/protocol";
export * from "./api.ts";
export { makePrivateLink, parseRoomLink, type RoomLink } from "./link-text.ts";
export { prepareRoom } from "./prepare.ts";

import type { ConnectionCheckResult, ConnectionTestOptions } from "./api.ts";
import { createChannelHub } from "./channels/index.ts";
import { createFilesHub } from "./files/files-hub.ts";
import { loaded } from "./later.ts";
import { createLink } from "./link/index.ts";
import { roomJoiner } from "./room/index.ts";
import { createMediaHub } from "./room/media-hub.ts";

export const joinRoom = roomJoiner({ createLink, createChannelHub, createMediaHub, createFilesHub });

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
  const { runConnectionTest } = await loaded(import("./trial/connection-test.ts"));
  return runConnectionTest(server.replace(/\/+$/, ""), options);
};
