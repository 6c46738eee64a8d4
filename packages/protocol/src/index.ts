export * from "./codes.ts";
export * from "./frames.ts";
export * from "./http.ts";
export * from "./limits.ts";
export * from "./signal.ts";
export * from "./text.ts";
