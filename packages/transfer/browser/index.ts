/** Files of a browser as sources and sinks. */
export type { Edge } from "../core/index.ts";
