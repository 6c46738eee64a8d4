import type { Sink } from "../core/index.ts";

/** A sink that is still being opened: what is asked of it waits for that, and fails with it. */
export function laterSink<Content>(opening: Promise<Sink<Content>>): Sink<Content> {
  // Whoever asks is told.
  opening.catch(() => {});
  return {
    write: async (offset, bytes, isGiven) => (await opening).write(offset, bytes, isGiven),
    read: async (offset, length) => (await opening).read(offset, length),
    flush: async () => (await opening).flush(),
    finish: async () => (await opening).finish(),
    close: async () => (await opening).close(),
    discard: async () => (await opening).discard(),
  };
}
