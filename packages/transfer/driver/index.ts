/** Runs transfers on the edges it is given. */
export type { Carrier, Edge } from "../core/index.ts";
