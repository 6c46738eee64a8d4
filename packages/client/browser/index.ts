/** The public entry of the SDK: `joinRoom`, links, and the types of everything it gives. */

export { toRoomName } from "@parlour/protocol";
export * from "./api.ts";
export { makePrivateLink, parseRoomLink, type RoomLink } from "./link-text.ts";

import { createChannelHub } from "./channels/index.ts";
import { createLink } from "./link/index.ts";
import { roomJoiner } from "./room/index.ts";
import { createMediaHub } from "./room/media-hub.ts";

export const joinRoom = roomJoiner({ createLink, createChannelHub, createMediaHub });
