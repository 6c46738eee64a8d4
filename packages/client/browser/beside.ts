/** What pages load beside a room that they are in: one module, since together these are small. See `later.ts`. */
export { hosting } from "./room/hosting.ts";
export { inspect, simulate } from "./room/lab.ts";
