export * from "./signed-chat.ts";
