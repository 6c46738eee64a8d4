import { beside, loaded, rest } from "./later.ts";
import { parseRoomLink } from "./link-text.ts";

/**
 * Loads ahead what joining that room will need, where there is time before somebody presses Join. Joining works without it all the same.
 * Rejects with `bad-link`, or `unreachable` when it can't be had.
 */
export async function prepareRoom(link: string): Promise<void> {
  const { secret } = parseRoomLink(link);
  await Promise.all([beside(), rest(), secret && loaded(() => import("./room/private-door.ts"))]);
}
