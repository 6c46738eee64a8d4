import type { StorageAnswer, StorageReplies, StorageRequest } from "./requests.ts";

/** The part of `Worker` in use. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<StorageAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** The page's end of the worker that holds the files. What fails rejects with the browser's own exception names. */
export class WorkerPort {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<
    number,
    { readonly done: (value: never) => void; readonly failed: (problem: Error) => void }
  >();
  #count = 0;
  #problem: Error | undefined;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      const call = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("failed" in data) call?.failed(new DOMException(data.failed.message, data.failed.name));
      else call?.done(data.value as never);
    };
    // The script could not be loaded, or broke: whoever waits would wait for ever.
    worker.onerror = (event) =>
      this.#end(new DOMException(event.message || "the storage's worker failed", "InvalidStateError"));
  }

  /** Asks. Bytes that are written belong to the worker afterwards: they are moved, not copied. */
  ask<R extends StorageRequest>(request: R): Promise<StorageReplies[R["op"]]> {
    if (this.#problem !== undefined) return Promise.reject(this.#problem);
    this.#count += 1;
    const id = this.#count;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage({ id, request }, "bytes" in request ? [request.bytes.buffer] : []);
    });
  }

  /** Ends the worker; files that it holds are let go. */
  close(): void {
    this.#worker.terminate();
    this.#end(new DOMException("the storage was closed", "AbortError"));
  }

  #end(problem: Error): void {
    this.#problem ??= problem;
    for (const { failed } of this.#waiting.values()) failed(problem);
    this.#waiting.clear();
  }
}
