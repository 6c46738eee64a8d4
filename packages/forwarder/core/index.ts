export { createRoom } from "./room.ts";
export type * from "./seams.ts";
