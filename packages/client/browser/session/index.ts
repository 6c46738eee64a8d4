export * from "./session-driver.ts";
