/** Listeners by event. One that throws is reported like any uncaught error, and keeps nothing from the others. */
export function eventSource<Events extends { [K in keyof Events]: unknown[] }>() {
  const listeners: { [K in keyof Events]?: Set<(...args: Events[K]) => void> } = {};
  return {
    on<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): () => void {
      const all = listeners[event] ?? new Set();
      listeners[event] = all;
      all.add(listener);
      return () => void all.delete(listener);
    },
    emit<K extends keyof Events>(event: K, ...args: Events[K]): void {
      for (const listener of [...(listeners[event] ?? [])]) {
        try {
          listener(...args);
        } catch (error) {
          // Only outside of browsers it is missing.
          (globalThis.reportError ?? console.error)(error);
        }
      }
    },
  };
}

/** A promise and its two ends. (`Promise.withResolvers` is younger than the browsers and Node that this runs on.) */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((...ends) => {
    [resolve, reject] = ends;
  });
  return { promise, resolve, reject };
}
