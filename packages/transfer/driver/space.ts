import type { Source } from "../core/index.ts";
import { type Cut, type Edge, firstAt, lengthOf, type PlacedFile, type SourcePart } from "../core/index.ts";

/** A transfer's space of bytes where it is given: the files that lie in it, one after another. */
export interface Space {
  readonly sources: readonly Source[];
  readonly files: readonly PlacedFile[];
  readonly edge: Pick<Edge, "readTogether">;
}

/** So many bytes of the space, from whichever files they lie in; `memory` is given away, as to a source. */
export async function readSpace(
  space: Space,
  offset: number,
  length: number,
  memory?: ArrayBuffer,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts = partsIn(space, offset, length);
  const [only] = parts;
  if (only && parts.length === 1) return only.source.read(only.offset, only.length, memory);
  const together = space.edge.readTogether?.(parts, memory);
  if (together) return together;
  const bytes = new Uint8Array(length);
  const reads: Promise<void>[] = [];
  let place = 0;
  for (const part of parts) {
    const at = place;
    place += part.length;
    reads.push(part.source.read(part.offset, part.length).then((read) => bytes.set(read, at)));
    // Some at a time: a thousand open files at once is more than systems like.
    if (reads.length === 64) await Promise.all(reads.splice(0));
  }
  await Promise.all(reads);
  return bytes;
}

function partsIn({ sources, files }: Space, offset: number, length: number): SourcePart[] {
  const end = offset + length;
  const parts: SourcePart[] = [];
  for (let index = firstAt(files, offset); index < files.length; index++) {
    const file = files[index];
    const source = sources[index];
    if (!file || !source || file.offset >= end) break;
    const from = Math.max(offset, file.offset);
    const to = Math.min(end, file.offset + file.size);
    if (to > from) parts.push({ source, offset: from - file.offset, length: to - from });
  }
  return parts;
}

/** The most that is read at once. */
const slabBytes = 2 * 1024 * 1024;
/** Slabs that are kept until all their pieces were fetched: two takers that ask for other places disturb each other little. */
const slabsMost = 4;

interface Slab {
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
  readonly first: number;
  /** Pieces of it that nobody fetched yet. */
  readonly left: Set<number>;
  /** Pieces of it that were not fetched, or are in use. Where some never are, the memory is the collector's. */
  held: number;
}

/** A piece as it was read just now. */
export interface ReadPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes are not looked at any more: their memory is used for others. */
  readonly letGo?: () => void;
}

/**
 * Reads pieces, each time anew. Asking for bytes costs a browser as much as some hundred KiB of them: where pieces are asked for
 * one after the other, more and more are read at once, and kept until they are asked for. It is read into memory that was used before:
 * browsers let tens of megabytes of buffers lie about before they look for what nobody needs.
 */
export function pieceReader(space: Space, cut: Cut): (piece: number) => Promise<ReadPiece> {
  const { pieceBytes } = cut;
  const most = space.sources.every(({ isHere }) => isHere === true)
    ? Math.max(1, Math.floor(slabBytes / pieceBytes))
    : 1;
  /** Memory of whole slabs for the next ones: as many as there were at once. */
  const spare: ArrayBuffer[] = [];
  let slabs: Slab[] = [];
  /** What comes after the last slab, and how many pieces that had. */
  let next = 0;
  let last = 0;
  const begin = (piece: number): Slab => {
    const count = Math.min(piece === next ? Math.max(1, 2 * last) : 1, most, cut.count - piece);
    let length = 0;
    const left = new Set<number>();
    for (let one = piece; one < piece + count; one++) {
      left.add(one);
      length += lengthOf(cut, one);
    }
    next = piece + count;
    last = count;
    const bytes = readSpace(space, piece * pieceBytes, length, spare.pop());
    const slab = { bytes, first: piece, left, held: count };
    slab.bytes.catch(() => {});
    slabs = [...slabs.slice(1 - slabsMost), slab];
    return slab;
  };
  return async (piece) => {
    const slab = slabs.find(({ left }) => left.has(piece)) ?? begin(piece);
    slab.left.delete(piece);
    if (slab.left.size === 0) slabs = slabs.filter((one) => one !== slab);
    const bytes = await slab.bytes;
    const start = (piece - slab.first) * pieceBytes;
    return {
      bytes: bytes.subarray(start, start + lengthOf(cut, piece)),
      letGo() {
        if (--slab.held === 0 && bytes.buffer.byteLength === most * pieceBytes) spare.push(bytes.buffer);
      },
    };
  };
}
