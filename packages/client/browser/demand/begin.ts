import { linkedMost } from "../../core/demand/large.ts";
import { loaded } from "../later.ts";
import type { Own } from "../room/peers.ts";
import type { DemandSetup, linksOnDemand } from "./demand.ts";

type Begin = typeof linksOnDemand;
const followed = new WeakSet<Own>();

/**
 * Has links open on demand from the first time on that the room is no mesh, or has more people than keep a link to each other. Where that
 * can't be had there is a link to everyone, and it is tried again when the room moves, or somebody comes. A second call does nothing.
 */
export function followDemand(
  inside: DemandSetup,
  load: () => Promise<Begin> = async () => (await loaded(() => import("./demand.ts"))).linksOnDemand,
): void {
  const { own, peers, view, log, on } = inside;
  if (followed.has(own)) return;
  followed.add(own);
  let isBegun = false;
  let tried = "";
  const look = (): void => {
    const now = `${view.plan} ${view.peers.size}`;
    const isSmall = view.topology === "mesh" && view.peers.size < linkedMost;
    if (isSmall || isBegun || tried === now || view.state !== "live") return;
    isBegun = true;
    tried = now;
    load()
      .then((begin) => begin(inside))
      .catch((error: unknown) => {
        isBegun = false;
        log.add("links-not-on-demand", undefined, String(error));
        own.isHeld = false;
        peers.connectAll();
      });
  };
  on("room", look);
  on("peer", look);
  on("state", look);
  look();
}
