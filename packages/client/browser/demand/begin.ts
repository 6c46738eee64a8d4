import { loaded } from "../later.ts";
import type { DemandSetup, linksOnDemand } from "./demand.ts";

type Begin = typeof linksOnDemand;

/**
 * Has links open on demand from the first time on that the room is no mesh; to be called whenever the room is another. Where that
 * can't be had there is a link to everyone, and it is tried again.
 */
export function demandFollower(
  inside: DemandSetup,
  load: () => Promise<Begin> = async () => (await loaded(() => import("./demand.ts"))).linksOnDemand,
): () => void {
  let isBegun = false;
  let plan: number | undefined;
  return () => {
    const { own, peers, view, log } = inside;
    if (view.topology === "mesh" || isBegun || plan === view.plan) return;
    isBegun = true;
    plan = view.plan;
    load()
      .then((begin) => begin(inside))
      .catch((error: unknown) => {
        isBegun = false;
        log.add("links-not-on-demand", undefined, String(error));
        own.isHeld = undefined;
        peers.connectAll();
      });
  };
}
