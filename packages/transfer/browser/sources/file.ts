import type { Source, SourcePart } from "../../core/index.ts";
import { readingProblem } from "../storage/problem.ts";

/**
 * A file that somebody chose. Nothing of it is read before it is asked for.
 *
 * @param path the folders it lies in, outermost first
 */
export function fileSource(file: File, path: readonly string[]): Source {
  const source: Source = {
    name: file.name,
    path,
    size: file.size,
    type: file.type,
    modified: file.lastModified,
    isHere: true,
    read: (offset, length, memory) => bytesOf(partOf(file, offset, length), length, memory),
  };
  fileOf.set(source, file);
  return source;
}

const fileOf = new WeakMap<Source, File>();

/** Reads parts of many files as one blob: a browser takes longer to begin with a file than to read some KiB of it. */
export function readFilesTogether(
  parts: readonly SourcePart[],
  memory?: ArrayBuffer,
): Promise<Uint8Array<ArrayBuffer>> | undefined {
  const blobs: Blob[] = [];
  let length = 0;
  for (const part of parts) {
    const file = fileOf.get(part.source);
    if (file === undefined) return undefined;
    blobs.push(partOf(file, part.offset, part.length));
    length += part.length;
  }
  return bytesOf(new Blob(blobs), length, memory);
}

/** Making a slice is a question to the browser's own process: the whole needs none. */
const partOf = (file: File, offset: number, length: number): Blob =>
  offset === 0 && length === file.size ? file : file.slice(offset, offset + length);

async function bytesOf(
  blob: Blob,
  length: number,
  memory: ArrayBuffer | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const into = memory && (await readInto(blob, length, memory));
    const bytes = into ?? new Uint8Array(await blob.arrayBuffer());
    if (bytes.length !== length) throw new DOMException("the file is shorter by now", "NotReadableError");
    return bytes;
  } catch (cause) {
    throw readingProblem(cause);
  }
}

/**
 * Reads into that memory. Undefined: the browser's blobs are no streams of bytes (File API, section 3.3.4), there is too little memory, or
 * reading failed: why is asked of `arrayBuffer`, whose exceptions are the standard's in every browser.
 */
async function readInto(
  blob: Blob,
  length: number,
  memory: ArrayBuffer,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const reader = blob.stream().getReader({ mode: "byob" });
    let room = memory;
    for (let at = 0; at < length; ) {
      const { value } = await reader.read(new Uint8Array(room, at, length - at));
      if (!value?.length) return undefined;
      // The memory moves with each reading (Streams, section 4.5).
      room = value.buffer;
      at += value.length;
    }
    void reader.cancel();
    return new Uint8Array(room, 0, length);
  } catch {
    return undefined;
  }
}
