export { memoryBus } from "./bus.ts";
export { memoryStores } from "./memory.ts";
export { sqliteStores } from "./sqlite/index.ts";
export * from "./store.ts";
