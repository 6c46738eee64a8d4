export type * from "./engine-api.ts";
export { engineOnDemand } from "./on-demand.ts";
