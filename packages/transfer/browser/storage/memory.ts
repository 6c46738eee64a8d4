import { type Received, type Sink, type SinkPlan, type Storage, TransferProblem } from "../../core/index.ts";

/**
 * Keeps what arrives in memory, for private windows and old browsers: gone with the page, and only up to a bound.
 *
 * @param bound bytes of all sinks together that are open or finished and not discarded
 */
export function memoryStorage(bound: number): Storage<File> {
  let used = 0;
  return {
    async open(plan) {
      if (plan.isResumed)
        throw new TransferProblem("no-storage", "What was received before is no longer there.");
      if (used + plan.size > bound)
        throw new TransferProblem(
          "no-storage",
          `This browser keeps no files here, only up to ${Math.floor(bound / 1024 / 1024)} MB in memory.`,
        );
      used += plan.size;
      return new MemorySink(plan, () => {
        used -= plan.size;
      });
    },
  };
}

class MemorySink implements Sink<File> {
  readonly #plan: SinkPlan;
  readonly #release: () => void;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  constructor(plan: SinkPlan, release: () => void) {
    this.#plan = plan;
    this.#release = release;
    try {
      this.#bytes = new Uint8Array(plan.size);
    } catch (cause) {
      release();
      throw new TransferProblem("no-storage", "There is not enough memory for it.", { cause });
    }
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.#held().set(bytes, offset);
    return bytes;
  }
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#held().slice(offset, offset + length);
  }
  async flush(): Promise<void> {
    this.#held();
  }
  async finish(): Promise<readonly Received<File>[]> {
    const bytes = this.#held();
    return this.#plan.files.map(({ path, name, size, type, modified, offset }) => ({
      path,
      name,
      size,
      type,
      content: async () =>
        new File([bytes.subarray(offset, offset + size)], name, {
          type,
          ...(modified === undefined ? {} : { lastModified: modified }),
        }),
    }));
  }
  /** The page still has it: it is only gone when it is discarded. */
  async close(): Promise<void> {}
  async discard(): Promise<void> {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#release();
  }

  #held(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) throw new TransferProblem("no-storage", "It was removed.");
    return this.#bytes;
  }
}
