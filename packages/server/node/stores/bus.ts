import type { Bus } from "./store.ts";

/** The bus of a server that is alone: everyone is in this process. */
export function memoryBus(): Bus {
  const listeners = new Map<string, Set<(message: string | Uint8Array) => void>>();
  return {
    async publish(node, message) {
      // Not within the caller's turn, as over a network.
      await Promise.resolve();
      for (const listener of listeners.get(node) ?? []) listener(message);
    },
    subscribe(node, listener) {
      const mine = listeners.get(node) ?? new Set();
      listeners.set(node, mine.add(listener));
      return () => {
        mine.delete(listener);
        if (mine.size === 0 && listeners.get(node) === mine) listeners.delete(node);
      };
    },
    async close() {
      listeners.clear();
    },
  };
}
