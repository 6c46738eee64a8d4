import { describe, expect, it } from "vitest";
import type { Source } from "../../core/index.ts";
import { patterned } from "../../core/storage-contract.fixture.ts";
import { memoryStorage } from "../storage/memory.ts";
import { droppedFiles, hasFiles } from "./drop.ts";
import { readFilesTogether } from "./file.ts";
import { type Offered, sourcesOf } from "./sources.ts";

let ids = 0;
const setup = (filesMost = 100) => ({
  storage: memoryStorage(10_000_000),
  filesMost,
  makeId: () => `stream-${++ids}`,
});
const file = (name: string, text = "x") => new File([text], name, { type: "text/plain", lastModified: 5 });

/** Handles as a browser gives them, as far as they are used. */
const fileHandle = (name: string, text = "x") => ({
  kind: "file",
  name,
  getFile: async () => file(name, text),
});
const folderHandle = (name: string, ...entries: readonly { readonly name: string }[]) => ({
  kind: "directory",
  name,
  async *values() {
    yield* entries;
  },
});
const offered = (...all: readonly unknown[]) => all as readonly Offered[];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("what people offer, as sources", () => {
  it("[F107] of a file gives exactly the bytes that are asked for", async () => {
    const [source] = await sourcesOf([file("a.txt", "0123456789")], setup());
    expect(source).toMatchObject({ name: "a.txt", path: [], size: 10, type: "text/plain", modified: 5 });
    expect(text((await source?.read(3, 4)) ?? new Uint8Array())).toBe("3456");
    await expect(source?.read(8, 4)).rejects.toMatchObject({ code: "file-changed" });
  });

  it("[F120] of a file is read into memory that is given for it, and elsewhere where that is too small", async () => {
    const [source] = await sourcesOf([file("a.txt", "0123456789")], setup());
    const read = (length: number, memory: ArrayBuffer) => source?.read(3, length, memory);
    const given = new ArrayBuffer(6);
    const first = await read(4, given);
    expect(text(first ?? new Uint8Array())).toBe("3456");
    // It moved there: a browser's streams leave nothing behind.
    expect([given.byteLength, first?.buffer.byteLength]).toEqual([0, 6]);
    const again = await read(7, first?.buffer as ArrayBuffer);
    expect(text(again ?? new Uint8Array())).toBe("3456789");
    expect(again?.buffer.byteLength).toBe(7);
    await expect(source?.read(8, 4, new ArrayBuffer(4))).rejects.toMatchObject({ code: "file-changed" });
  });

  it("[F107] reads parts of many files together, and notices one that is not what it was", async () => {
    const sources = await sourcesOf(
      [file("a.txt", "0123456789"), file("b.txt", ""), file("c.txt", "abc")],
      setup(),
    );
    const parts = sources.map((source, index) => ({
      source,
      offset: [7, 0, 0][index] ?? 0,
      length: [3, 0, 3][index] ?? 0,
    }));
    expect(text((await readFilesTogether(parts)) ?? new Uint8Array())).toBe("789abc");
    const short = parts.map((part) => ({ ...part, length: part.length + 1 }));
    await expect(readFilesTogether(short)).rejects.toMatchObject({ code: "file-changed" });
    const [stream] = await sourcesOf(
      [{ name: "s", size: 1, stream: () => new Blob(["x"]).stream() }],
      setup(),
    );
    expect(readFilesTogether([...parts, { source: stream as Source, offset: 0, length: 1 }])).toBe(undefined);
  });

  it("[F107] walks through folders in the order of their names, and says where files lie", async () => {
    const inner = Object.defineProperty(file("c"), "webkitRelativePath", { value: "up/down/c" });
    const tree = folderHandle("tree", fileHandle("z"), folderHandle("b", fileHandle("y")), fileHandle("a"));
    const sources = await sourcesOf(offered(tree, inner, fileHandle("alone")), setup());
    expect(sources.map(({ path = [], name }) => [...path, name].join("/"))).toEqual([
      "tree/a",
      "tree/b/y",
      "tree/z",
      "up/down/c",
      "alone",
    ]);
  });

  it("[F107] refuses more files than there may be, and folders that can't be read", async () => {
    const many = folderHandle("many", fileHandle("1"), fileHandle("2"), fileHandle("3"));
    await expect(sourcesOf(offered(many), setup(2))).rejects.toMatchObject({ code: "too-many" });
    const closed = {
      ...folderHandle("closed"),
      values: () => {
        throw new DOMException("", "NotAllowedError");
      },
    };
    await expect(sourcesOf(offered(closed), setup())).rejects.toMatchObject({ code: "unreadable" });
  });

  /** A stream of that many bytes in chunks that fit nothing. */
  const streamOf = (size: number) => {
    let at = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        const length = Math.min(777, size - at);
        if (length > 0) controller.enqueue(patterned(length, at));
        at += length;
        if (at >= size) controller.close();
      },
    });
  };

  it("[F108] a stream is read once, and every part of it can be had again and again", async () => {
    let readings = 0;
    const stream = () => {
      readings += 1;
      return streamOf(10_000);
    };
    const [source] = await sourcesOf([{ name: "s", size: 10_000, stream }], setup());
    expect(readings).toBe(0);
    const parts = await Promise.all([
      source?.read(5_000, 5_000),
      source?.read(0, 1_000),
      source?.read(9_999, 1),
    ]);
    expect(parts).toEqual([patterned(5_000, 5_000), patterned(1_000), patterned(1, 9_999)]);
    expect(await source?.read(0, 10_000)).toEqual(patterned(10_000));
    expect(readings).toBe(1);
  });

  it("[F108] a stream that is not as long as was said, or breaks, is a clear failure", async () => {
    const [short, long, broken] = await sourcesOf(
      [
        { name: "short", size: 100, stream: streamOf(99) },
        { name: "long", size: 100, stream: streamOf(101) },
        {
          name: "broken",
          size: 100,
          stream: new ReadableStream({ pull: () => Promise.reject(new Error("gone")) }),
        },
      ],
      setup(),
    );
    await expect(short?.read(0, 100)).rejects.toMatchObject({ code: "file-changed" });
    await expect(long?.read(0, 100)).rejects.toMatchObject({ code: "file-changed" });
    await expect(broken?.read(0, 100)).rejects.toMatchObject({ code: "unreadable" });
  });
});

describe("what is dropped", () => {
  const item = (parts: object) => ({
    kind: "file",
    getAsFile: () => null,
    webkitGetAsEntry: () => null,
    ...parts,
  });
  const dropped = (...items: readonly object[]) =>
    droppedFiles({ items: [{ kind: "string" }, ...items], types: ["Files"] } as unknown as DataTransfer);

  it("[F107] is taken as handles where there are some, as files otherwise, folders with all that is in them", async () => {
    const handle = fileHandle("handed");
    const entryOf = (one: File) => ({
      isDirectory: false,
      name: one.name,
      file: (done: (f: File) => void) => done(one),
    });
    const folder = (name: string, ...entries: readonly object[]): object => ({
      isDirectory: true,
      name,
      createReader: () => {
        // Batches of one, as browsers give batches of a hundred.
        const rest = [...entries];
        return { readEntries: (done: (batch: object[]) => void) => done(rest.splice(0, 1)) };
      },
    });
    const found = await dropped(
      item({ getAsFileSystemHandle: async () => handle }),
      item({ getAsFile: () => file("plain") }),
      item({ webkitGetAsEntry: () => folder("top", entryOf(file("a")), folder("in", entryOf(file("b")))) }),
      item({ getAsFileSystemHandle: () => Promise.reject(new Error()), getAsFile: () => file("refused") }),
      item({ getAsFileSystemHandle: async () => undefined, getAsFile: () => file("by a script") }),
    );
    expect(found[0]).toBe(handle);
    const sources = await sourcesOf(found.slice(1), setup());
    expect(sources.map(({ path = [], name }) => [...path, name].join("/"))).toEqual([
      "plain",
      "top/a",
      "top/in/b",
      "refused",
      "by a script",
    ]);
  });

  it("[F107] is told from dragged text before it is dropped", () => {
    expect(hasFiles({ types: ["text/plain", "Files"] } as unknown as DataTransfer)).toBe(true);
    expect(hasFiles({ types: ["text/plain"] } as unknown as DataTransfer)).toBe(false);
    expect(hasFiles(null)).toBe(false);
  });
});
