import { firstAt, type PlacedFile, type Source } from "../core/index.ts";

/** Reads a transfer's space of bytes from the files that lie in it, small ones one after another. */
export async function readSpace(
  sources: readonly Source[],
  files: readonly PlacedFile[],
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = offset + length;
  let first = firstAt(files, offset);
  const whole = files[first];
  const only = sources[first];
  if (whole && only && whole.offset <= offset && whole.offset + whole.size >= end)
    return only.read(offset - whole.offset, length);
  const bytes = new Uint8Array(length);
  const reads: Promise<void>[] = [];
  for (; first < files.length; first++) {
    const file = files[first];
    const source = sources[first];
    if (!file || !source || file.offset >= end) break;
    const from = Math.max(offset, file.offset);
    const to = Math.min(end, file.offset + file.size);
    if (to <= from) continue;
    const place = from - offset;
    reads.push(
      source.read(from - file.offset, to - from).then((part) => {
        bytes.set(part, place);
      }),
    );
    // Some at a time: a thousand open files at once is more than systems like.
    if (reads.length === 64) await Promise.all(reads.splice(0));
  }
  await Promise.all(reads);
  return bytes;
}
