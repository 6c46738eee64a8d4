export * from "./clear.ts";
export * from "./header.ts";
export * from "./schedule.ts";
export * from "./window.ts";
