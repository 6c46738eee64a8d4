/** The SDK without media, for pages that need only channels and chat, and for the size budget. */
export * from "./api.ts";
export { makePrivateLink, parseRoomLink, type RoomLink } from "./link-text.ts";
export { prepareRoom } from "./prepare.ts";

import { createChannelHub } from "./channels/index.ts";
import { createLink } from "./link/index.ts";
import { roomJoiner } from "./room/index.ts";

export const joinRoom = roomJoiner({ createLink, createChannelHub });
