/** What the worker's script is called beside the served SDK. */
const served = "sealing-worker.js";

/** Starts the worker that seals frames. As with the one for files: its address is written so that bundlers find it, and one of another origin is imported. */
export function startWorker(): Worker {
  try {
    return new Worker(new URL("./sealing-worker.ts", import.meta.url), { type: "module" });
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "SecurityError") throw cause;
    const ours = new URL(served, import.meta.url).href;
    const script = new Blob([`import ${JSON.stringify(ours)};`], { type: "text/javascript" });
    return new Worker(URL.createObjectURL(script), { type: "module" });
  }
}
