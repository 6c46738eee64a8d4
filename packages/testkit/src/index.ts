export * from "./chaos.ts";
export * from "./clock.ts";
export * from "./fake-connection.ts";
export type { FakeCandidate, FakeTrack, FakeTransceiver } from "./fake-connection-parts.ts";
export * from "./fake-connection-run.ts";
export * from "./fake-connection-world.ts";
export * from "./mutated.ts";
export * from "./network.ts";
export * from "./random.ts";
