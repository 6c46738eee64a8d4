export { createLink, createTimedLink } from "./link.ts";
export { pageTime, type Timekeeper } from "./timekeeper.ts";
