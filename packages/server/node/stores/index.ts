export { memoryBus } from "./bus.ts";
export { memoryStores } from "./memory.ts";
export * from "./store.ts";
