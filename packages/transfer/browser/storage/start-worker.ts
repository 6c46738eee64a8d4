import { WorkerPort } from "./worker-port.ts";

/** What the worker's script is called beside the served SDK. */
const served = "files-worker.js";

/**
 * Starts the worker that holds the files. Its address is written so that bundlers find it.
 *
 * The served SDK may be of another origin than the page. A worker may not: then it is a script of the page's own that imports ours.
 */
export function startWorker(): WorkerPort {
  try {
    return new WorkerPort(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "SecurityError") throw cause;
    const ours = new URL(served, import.meta.url).href;
    const script = new Blob([`import ${JSON.stringify(ours)};`], { type: "text/javascript" });
    return new WorkerPort(new Worker(URL.createObjectURL(script), { type: "module" }));
  }
}
