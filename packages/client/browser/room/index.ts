export { roomJoiner } from "./join.ts";
export type { RoomParts } from "./room.ts";
