export * from "./frame.ts";
export * from "./roster.ts";
export * from "./session.ts";
