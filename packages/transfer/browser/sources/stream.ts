import { type PlacedFile, type Sink, type Source, type Storage, TransferProblem } from "../../core/index.ts";
import { readingProblem } from "../storage/problem.ts";

/** What a stream is offered with. */
export interface OfferedStream {
  readonly name: string;
  readonly path?: readonly string[];
  /** Bytes that come, neither more nor fewer. */
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array> | (() => ReadableStream<Uint8Array>);
  readonly type?: string;
  readonly lastModified?: number;
}

/**
 * Something that can be read only once and in order, kept in the storage as it comes, so that every page can have every piece of
 * it at any time.
 *
 * @param id as in a plan of a sink
 */
export function streamSource(offered: OfferedStream, storage: Storage, id: string): Source {
  const { name, path = [], size, type = "", lastModified } = offered;
  const spool = new Spool(offered, storage, id);
  return {
    name,
    path,
    size,
    type,
    ...(lastModified === undefined ? {} : { modified: lastModified }),
    read: (offset, length) => spool.read(offset, length),
    changed: async () => false,
    close: () => spool.close(),
  };
}

class Spool {
  readonly #offered: OfferedStream;
  readonly #storage: Storage;
  readonly #id: string;
  #sink: Promise<Sink> | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Everything before this place is kept. */
  #kept = 0;
  /** One reads on at a time; the others wait for what it brings. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(offered: OfferedStream, storage: Storage, id: string) {
    this.#offered = offered;
    this.#storage = storage;
    this.#id = id;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const reached = this.#turn.then(() => this.#readOn(offset + length));
    this.#turn = reached.catch(() => undefined);
    await reached;
    return (await this.#opened()).read(offset, length);
  }

  close(): void {
    void this.#reader?.cancel().catch(() => undefined);
    this.#sink?.then((sink) => sink.discard()).catch(() => undefined);
  }

  async #readOn(until: number): Promise<void> {
    const sink = await this.#opened();
    while (this.#kept < until) {
      const { done, value } = await this.#next();
      if (done) throw new TransferProblem("file-changed", "The stream was shorter than it was said to be.");
      if (this.#kept + value.length > this.#offered.size)
        throw new TransferProblem("file-changed", "The stream was longer than it was said to be.");
      // Whose buffer this is only the stream knows: it is copied.
      await sink.write(this.#kept, Uint8Array.from(value));
      this.#kept += value.length;
    }
  }

  async #next(): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      const { stream } = this.#offered;
      this.#reader ??= (typeof stream === "function" ? stream() : stream).getReader();
      return await this.#reader.read();
    } catch (cause) {
      throw readingProblem(cause);
    }
  }

  #opened(): Promise<Sink> {
    const { name, size } = this.#offered;
    const file: PlacedFile = { path: [], name, size, type: "", offset: 0 };
    this.#sink ??= this.#storage.open({ id: this.#id, size, files: [file], isResumed: false });
    return this.#sink;
  }
}
