/** What happened on links, and what it means: pure functions of recorded facts. The public entry `@parlour/client/inspect`. */
export * from "./candidates.ts";
export { readDump } from "./dump.ts";
export type * from "./facts.ts";
export { masked } from "./mask.ts";
export * from "./nat.ts";
export * from "./recording.ts";
export * from "./sdp.ts";
export * from "./series.ts";
export { type Actor, type Says, type Step, type Story, stepKinds } from "./steps.ts";
export { storyOf } from "./story.ts";
