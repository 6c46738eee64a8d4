export * from "./seams.ts";
