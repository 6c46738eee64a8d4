export * from "./demand.ts";
export * from "./large.ts";
