import { describe, expect, it } from "vitest";
import {
  cutOf,
  memoryFor,
  type PlacedFile,
  type Source,
  type SourcePart,
  TransferProblem,
} from "../core/index.ts";
import { pieceReader, type ReadPiece, readSpace, type Space } from "./space.ts";
import { made, noise } from "./stage.fixture.ts";

const KiB = 1024;

/** Files of these sizes in one space, and all bytes of it. */
function spaceOf(
  sizes: readonly number[],
  more: Partial<Source> = { isHere: true },
  together?: Space["edge"],
) {
  const bytes = noise(sizes.reduce((sum, size) => sum + size, 0));
  const files: PlacedFile[] = [];
  const sources: (Source & { reads: number })[] = [];
  let offset = 0;
  for (const [index, size] of sizes.entries()) {
    const name = `${index}.bin`;
    files.push({ name, path: [], type: "", size, offset });
    sources.push(made(name, bytes.slice(offset, offset + size), more));
    offset += size;
  }
  const space: Space = { sources, files, edge: together ?? {} };
  const reads = (): number => sources.reduce((sum, one) => sum + one.reads, 0);
  return { bytes, space, reads };
}

/** Comparing megabytes byte by byte takes a test framework minutes. */
const isAt = (read: Uint8Array, all: Uint8Array, offset: number, length: number): boolean =>
  Buffer.compare(read, all.subarray(offset, offset + length)) === 0;

describe("the space of what is given", () => {
  it("[F4] reads across files, with or without an edge that reads them together", async () => {
    const sizes = [1_000, 0, 1, 65_000, 9];
    const apart = spaceOf(sizes);
    expect(isAt(await readSpace(apart.space, 999, 60_000), apart.bytes, 999, 60_000)).toBe(true);
    const asked: (readonly SourcePart[])[] = [];
    const both = spaceOf(
      sizes,
      {},
      {
        readTogether(parts) {
          asked.push(parts);
          return Promise.resolve(both.bytes.slice(999, 60_999));
        },
      },
    );
    expect(isAt(await readSpace(both.space, 999, 60_000), both.bytes, 999, 60_000)).toBe(true);
    expect(asked[0]?.map(({ offset, length }) => [offset, length])).toEqual([
      [999, 1],
      [0, 1],
      [0, 59_998],
    ]);
    expect(both.reads()).toBe(0);
  });

  it("pieces that are asked for in order take fewer and fewer readings, and are the right ones", async () => {
    const { bytes, space, reads } = spaceOf([40 * 256 * KiB - 77]);
    const cut = cutOf(bytes.length, 256 * KiB);
    const read = pieceReader(space, cut);
    for (let piece = 0; piece < cut.count; piece++)
      expect(isAt((await read(piece)).bytes, bytes, piece * cut.pieceBytes, cut.pieceBytes)).toBe(true);
    // 1, 2, 4, then 8 at a time: 2 MiB.
    expect(reads()).toBe(3 + Math.ceil(33 / 8));
  });

  it("[F20] what is asked for once more is read once more, in whatever order", async () => {
    const { bytes, space, reads } = spaceOf([12 * 256 * KiB]);
    const cut = cutOf(bytes.length, 256 * KiB);
    const read = pieceReader(space, cut);
    for (const piece of [0, 1, 2, 7, 3, 2, 11, 0])
      expect(isAt((await read(piece)).bytes, bytes, piece * cut.pieceBytes, cut.pieceBytes)).toBe(true);
    // Only 1 and 2 came together.
    expect(reads()).toBe(7);
  });

  it("what is still to come, as a stream, is not waited for before it is asked for", async () => {
    const { bytes, space } = spaceOf([4 * 256 * KiB], {});
    const cut = cutOf(bytes.length, 256 * KiB);
    const lengths: number[] = [];
    const source = {
      ...space.sources[0],
      read: async (at: number, length: number) => {
        lengths.push(length);
        return bytes.slice(at, at + length);
      },
    } as Source;
    const read = pieceReader({ ...space, sources: [source] }, cut);
    for (let piece = 0; piece < cut.count; piece++) await read(piece);
    expect(lengths).toEqual([256, 256, 256, 256].map((one) => one * KiB));
  });

  it("[F20] a reading that fails fails for its pieces, and is tried again", async () => {
    const { bytes, space } = spaceOf([4 * 256 * KiB]);
    const cut = cutOf(bytes.length, 256 * KiB);
    let isGone = false;
    const source = {
      ...space.sources[0],
      isHere: true,
      read: async (at: number, length: number) => {
        if (isGone) throw new TransferProblem("file-changed");
        return bytes.slice(at, at + length);
      },
    } as Source;
    const read = pieceReader({ ...space, sources: [source] }, cut);
    await read(0);
    isGone = true;
    await expect(read(1)).rejects.toMatchObject({ code: "file-changed" });
    await expect(read(2)).rejects.toMatchObject({ code: "file-changed" });
    isGone = false;
    expect(isAt((await read(1)).bytes, bytes, cut.pieceBytes, cut.pieceBytes)).toBe(true);
  });

  it("[F120] what was sent makes room for what is read next, and what is still in use stays as it was", async () => {
    const { bytes, space } = spaceOf([200 * 512 * KiB - 5]);
    const cut = cutOf(bytes.length, 512 * KiB);
    const memories = new Set<ArrayBuffer>();
    const source = {
      ...space.sources[0],
      isHere: true,
      read: async (at: number, length: number, memory?: ArrayBuffer) => {
        const read = memoryFor(length, memory);
        read.set(bytes.subarray(at, at + length));
        memories.add(read.buffer);
        return read;
      },
    } as Source;
    const read = pieceReader({ ...space, sources: [source] }, cut);
    const inUse: { readonly piece: number; readonly read: ReadPiece }[] = [];
    const checkFirst = (): void => {
      const first = inUse.shift();
      if (!first) return;
      expect(isAt(first.read.bytes, bytes, first.piece * cut.pieceBytes, cut.pieceBytes)).toBe(true);
      first.read.letGo?.();
    };
    for (let piece = 0; piece < cut.count; piece++) {
      inUse.push({ piece, read: await read(piece) });
      // As a page reads and sends: three at a time.
      if (inUse.length > 3) checkFirst();
      // Somebody else asks for what is elsewhere, again and again, and what was read for that is not fetched.
      if (piece % 7 === 0) (await read((piece + 100) % cut.count)).letGo?.();
    }
    while (inUse.length > 0) checkFirst();
    // Whole slabs of 2 MiB; the others are those that somebody began anew.
    const whole = [...memories].filter(({ byteLength }) => byteLength === 4 * cut.pieceBytes);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.length).toBeLessThanOrEqual(8);
  });
});
