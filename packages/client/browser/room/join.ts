import type { Introduction } from "../../core/session/index.ts";
import type { JoinOptions, Room } from "../api.ts";
import { parlourError } from "../error.ts";
import { loaded } from "../later.ts";
import { parseRoomLink } from "../link-text.ts";
import { randomText } from "../private/bytes.ts";
import { socketOpener } from "../session/index.ts";
import { noMedia } from "./peers.ts";
import { type Entrance, enterRoom, type RoomParts } from "./room.ts";
import { seatNotebook } from "./seat-note.ts";

/**
 * Makes `joinRoom` from its parts. Resolves once this page has a seat. Rejects with `{ code, hint }`: `bad-link`,
 * `insecure-page`, `unreachable`, `aborted`, or what the server said (`no-such-room`, `room-full`, `wrong-key`, …).
 */
export function roomJoiner(parts: RoomParts): (link: string, options?: JoinOptions) => Promise<Room> {
  return async (link, options = {}) => {
    const address = parseRoomLink(link);
    const { name: room, server, secret } = address;
    if (options.signal?.aborted) throw parlourError("aborted");
    if (secret && !globalThis.crypto?.subtle) throw parlourError("insecure-page");
    const { name = "" } = options;
    const place = `${server}/${room}`;
    const isRemembered = options.remember !== "none";
    const notebook = seatNotebook(place, isRemembered ? storage() : undefined);
    const epoch = randomText(12);
    const openSocket = socketOpener(server);

    try {
      const door = secret && (await loaded(() => import("./private-door.ts")));
      const enter = await door?.privateDoor({
        room,
        secret: secret as Uint8Array<ArrayBuffer>,
        name,
        isRemembered,
        certificates: parts.certificates,
      });

      const entrance = async (): Promise<Entrance> => {
        const membership = await enter?.(`${place}/${notebook.note.tab}`);
        if (membership?.isKept === false) notebook.forgetToken();
        const { passcode, hostToken } = options;
        // What is undefined does not get into the frame.
        const introduction: { [K in keyof Introduction]: Introduction[K] | undefined } = {
          room,
          epoch,
          passcode,
          hostToken,
          capabilities: (options.media !== false && parts.capabilities?.()) || [noMedia, "resting"],
          // The server cleans it. A name of which nothing can be seen is none.
          ...(membership?.introduction ?? {
            name: /[^\p{C}\p{Z}]/u.test(name) ? name.slice(0, 160) : undefined,
          }),
        };
        return { membership, privateSide: door?.privateSide, introduction: introduction as Introduction };
      };
      const first = await entrance();
      if (options.signal?.aborted) throw parlourError("aborted");
      return enterRoom({ address, options, parts, notebook, openSocket, renew: entrance, ...first });
    } catch (error) {
      // The connection is under way already, and nobody took it.
      openSocket().close();
      throw error;
    }
  };
}

/** Where there is none, or it is refused (a frame of another site), nothing outlives the page. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
