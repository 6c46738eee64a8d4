export * from "./placed.ts";
export * from "./signed-chat.ts";
