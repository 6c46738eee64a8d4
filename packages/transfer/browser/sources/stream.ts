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
  const { name, path = [], size, type = "", lastModified, stream } = offered;
  const file: PlacedFile = { path: [], name, size, type: "", offset: 0 };
  let opening: Promise<Sink> | undefined;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Everything before this place is kept. */
  let kept = 0;
  /** One reads on at a time; the others wait for what it brings. */
  let turn: Promise<unknown> = Promise.resolve();

  const opened = (): Promise<Sink> => {
    opening ??= storage.open({ id, size, files: [file], isResumed: false });
    return opening;
  };
  const next = async (): Promise<ReadableStreamReadResult<Uint8Array>> => {
    try {
      reader ??= (typeof stream === "function" ? stream() : stream).getReader();
      return await reader.read();
    } catch (cause) {
      throw readingProblem(cause);
    }
  };
  const readOn = async (until: number): Promise<void> => {
    const sink = await opened();
    while (kept < until) {
      const { done, value } = await next();
      if (done) throw new TransferProblem("file-changed", "The stream was shorter than it was said to be.");
      if (kept + value.length > size)
        throw new TransferProblem("file-changed", "The stream was longer than it was said to be.");
      // Whose buffer this is only the stream knows: it is copied.
      await sink.write(kept, Uint8Array.from(value), true);
      kept += value.length;
    }
  };

  return {
    name,
    path,
    size,
    type,
    ...(lastModified === undefined ? {} : { modified: lastModified }),
    async read(offset, length) {
      const reached = turn.then(() => readOn(offset + length));
      turn = reached.catch(() => undefined);
      await reached;
      return (await opened()).read(offset, length);
    },
    close() {
      void reader?.cancel().catch(() => undefined);
      opening?.then((sink) => sink.discard()).catch(() => undefined);
    },
  };
}
