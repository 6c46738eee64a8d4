export * from "./codes.ts";
export * from "./frames.ts";
export * from "./http.ts";
export * from "./limits.ts";
export * from "./names.ts";
export * from "./signal.ts";
export * from "./text.ts";
export * from "./version.ts";
