export * from "./demand.ts";
