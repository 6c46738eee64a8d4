import { type Received, type Sink, type SinkPlan, type Storage, TransferProblem } from "../../core/index.ts";
import { storageProblem } from "./problem.ts";
import type { StorageReplies, StorageRequest } from "./requests.ts";
import type { WorkerPort } from "./worker-port.ts";

/**
 * The browser's own place for files of this origin (File System, section 3: "origin private"): one file per transfer, written in
 * place by a worker, with everything one after another as in the transfer. Its files are slices of that one, which cost nothing.
 */
export function opfsStorage(port: () => WorkerPort): Storage<File> {
  return {
    async open(plan) {
      const sink = new OpfsSink(port(), plan);
      await sink.open();
      return sink;
    },
  };
}

class OpfsSink implements Sink<File> {
  readonly #port: WorkerPort;
  readonly #plan: SinkPlan;
  #problem: TransferProblem | undefined;
  #isClosed = false;

  constructor(port: WorkerPort, plan: SinkPlan) {
    this.#port = port;
    this.#plan = plan;
  }

  async open(): Promise<void> {
    const { id, size, isResumed } = this.#plan;
    const before = await this.#ask({ op: "open", name: id, size });
    if (!isResumed || before === size) return;
    // What was written is gone, and whoever opens it counts on it.
    await this.discard();
    throw new TransferProblem("no-storage", "What was received before is no longer there.");
  }

  async write(
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
    isGiven = false,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // What goes to the worker is gone from here, and with it whatever else lies in the same memory.
    const isOurs = isGiven && bytes.length === bytes.buffer.byteLength;
    return this.#ask({ op: "write", name: this.#plan.id, offset, bytes: isOurs ? bytes : bytes.slice() });
  }

  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#port
      .ask({ op: "read", name: this.#plan.id, offset, length })
      .catch((cause: unknown) => Promise.reject(storageProblem(cause)));
  }

  async flush(): Promise<void> {
    await this.#ask({ op: "flush", name: this.#plan.id });
  }

  async finish(): Promise<readonly Received<File>[]> {
    await this.flush();
    return this.#plan.files.map(({ path, name, size, type, modified, offset }) => ({
      path,
      name,
      size,
      type,
      content: async () => {
        const whole = await this.#whole();
        return new File([whole.slice(offset, offset + size)], name, {
          type,
          ...(modified === undefined ? {} : { lastModified: modified }),
        });
      },
    }));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#port.ask({ op: "close", name: this.#plan.id });
  }

  async discard(): Promise<void> {
    this.#isClosed = true;
    await this.#port.ask({ op: "remove", name: this.#plan.id }).catch((cause: unknown) => {
      throw storageProblem(cause);
    });
  }

  /** The file as the disk has it; nothing of it is in memory. */
  async #whole(): Promise<File> {
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("parlour-files");
      const handle = await folder.getFileHandle(this.#plan.id);
      return await handle.getFile();
    } catch (cause) {
      throw storageProblem(cause);
    }
  }

  /** Asks unless something failed before: after that nobody knows what the file holds. */
  async #ask<R extends StorageRequest>(request: R): Promise<StorageReplies[R["op"]]> {
    if (this.#problem !== undefined) throw this.#problem;
    try {
      return await this.#port.ask(request);
    } catch (cause) {
      this.#problem ??= storageProblem(cause);
      throw this.#problem;
    }
  }
}
