import type { Forwarder } from "@parlour/server";
import type { JoinOptions, RemoteMedia, Room, Source } from "../api.ts";
import { roomJoiner } from "../room/join.ts";
import type { RoomParts } from "../room/room.ts";
import type { CreateMediaHub } from "../seams.ts";
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
};

/** A page that says it sends a camera, sends nothing, and has its links open on demand as every page has. */
const mediaHub =
  ({ onOwn, ...more }: More): CreateMediaHub =>
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
      const { own, view, on, session } = inside;
      let isBegun = false;
      onOwn?.(own);
      const follow = (): void => {
        if (isBegun || view.topology !== "forwarder") return;
        isBegun = true;
        void linksOnDemand({ ...inside, ...more });
      };
      own.isHeld = () => view.topology === "forwarder";
      on("room", follow);
      on("state", (state) => {
        if (state !== "live") return;
        session.send({ type: "media", cameras: 1, screens: 0, sound: false });
        follow();
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
    capabilities: () => ["forwarded", "resting", "sealed-frames"],
  });
