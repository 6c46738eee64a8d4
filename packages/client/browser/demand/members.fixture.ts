import type { Forwarder } from "@parlour/server";
import type { JoinOptions, RemoteMedia, Room, Source } from "../api.ts";
import { roomJoiner } from "../room/join.ts";
import type { RoomParts } from "../room/room.ts";
import type { CreateMediaHub } from "../seams.ts";
import { followDemand } from "./begin.ts";
import { linksOnDemand } from "./demand.ts";

/** Passes nothing on: the room's plan is all that counts here. */
export const idleEngine: Forwarder = {
  start: async () => ({
    engine: "embedded",
    open() {},
    admit() {},
    receive() {},
    resync() {},
    evict() {},
    close() {},
    statistics: async () => ({ rooms: 0, connections: 0, cpuMs: 0, restarts: 0, perRoom: {} }),
    stop: async () => {},
  }),
  reach: () => ({ addresses: [] }),
};

const nothing: ReadonlyMap<Source, RemoteMedia> = new Map();
type Setup = Parameters<typeof linksOnDemand>[0];
type More = Partial<Pick<Setup, "clock" | "chance">> & {
  /** Is given what each page brings to its links. */
  readonly onOwn?: (own: Setup["own"]) => void;
  /** It sends no camera. */
  readonly isSilent?: boolean;
  /** It knows nothing of links that rest. */
  readonly isOlder?: boolean;
};

/** A page that says it sends a camera, unless it is silent, and sends nothing. */
const mediaHub =
  ({ onOwn, isSilent = false, isOlder = false, ...more }: More): CreateMediaHub =>
  () => ({
    publications: new Map(),
    publish: () => Promise.reject(new Error("There are no media here.")),
    add: () => ({ attach() {}, detach() {} }),
    prepare() {},
    remove() {},
    hide() {},
    show() {},
    of: () => nothing,
    close() {},
    receive() {},
    begin(inside) {
      const { own, on, session } = inside;
      onOwn?.(own);
      if (isOlder) own.isHeld = false;
      followDemand(inside, async () => async (given) => {
        if (!isOlder) await linksOnDemand({ ...given, ...more });
      });
      on("state", (state) => {
        if (state === "live")
          session.send({ type: "media", cameras: isSilent ? 0 : 1, screens: 0, sound: false });
      });
    },
  });

/** Comes in as a page that takes part in forwarding, without a browser and without media. */
export const memberJoiner = (
  parts: RoomParts,
  more: More = {},
): ((link: string, options?: JoinOptions) => Promise<Room>) =>
  roomJoiner({
    ...parts,
    createMediaHub: mediaHub(more),
    capabilities: () => ["forwarded", "sealed-frames", ...(more.isOlder ? [] : ["resting"])],
  });
