/** What pages load beside a room that they are in: one module, since together these are small. See `later.ts`. */
import { loaded } from "./later.ts";

export { simulate } from "./room/lab.ts";
export { record } from "./room/recorder.ts";

// What looks at a link, and what brings one back, is wanted most when the network or the server has gone, and could not be had any more then.
// A browser that has a module gives it again without the server.
loaded(() => import("./link/watch.ts")).catch(() => {});
loaded(() => import("./rest.ts")).catch(() => {});
