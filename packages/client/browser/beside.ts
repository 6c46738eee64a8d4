/** What pages load beside a room that they are in: one module, since together these are small. See `later.ts`. */
import { followDemand } from "./demand/begin.ts";
import type { DemandSetup } from "./demand/demand.ts";
import { loaded } from "./later.ts";
import type { EventLog } from "./room/inspection.ts";
import { type Recorder, record } from "./room/recorder.ts";

export { simulate } from "./room/lab.ts";

/** What is written down of a room from now on, and links that open on demand in a large one. A second call gives the same. */
export function begin(inside: DemandSetup & { readonly log: EventLog }): Recorder {
  followDemand(inside);
  return record(inside.log, inside.peers, inside.own);
}

// What looks at a link, and what brings one back, is wanted most when the network or the server has gone, and could not be had any more then.
// A browser that has a module gives it again without the server.
loaded(() => import("./link/watch.ts")).catch(() => {});
loaded(() => import("./rest.ts")).catch(() => {});
