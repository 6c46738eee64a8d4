/** Files of a Node process as sources and sinks. */
export type { Edge } from "../core/index.ts";
