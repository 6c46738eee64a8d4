import { describe, expect, it } from "vitest";
import { intoFolder, type SavedFile, saveIntoFolder } from "./folder.ts";

/** A folder in memory with the part of the browser's interface that is used. */
class FakeFolder {
  readonly entries = new Map<string, FakeFolder | string>();
  refusal: Error | undefined;
  async getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<FakeFolder> {
    const found = this.entries.get(name);
    if (found instanceof FakeFolder) return found;
    if (found !== undefined || !options?.create) throw new DOMException("", "NotFoundError");
    const made = new FakeFolder();
    this.entries.set(name, made);
    return made;
  }
  async getFileHandle(name: string, options?: { create?: boolean }) {
    const found = this.entries.get(name);
    if (found instanceof FakeFolder || (found === undefined && !options?.create))
      throw new DOMException("", "NotFoundError");
    return {
      createWritable: async () => ({
        write: async (blob: Blob) => {
          if (this.refusal !== undefined) throw this.refusal;
          this.entries.set(name, await blob.text());
        },
        close: async () => undefined,
      }),
    };
  }
  get tree(): readonly string[] {
    return [...this.entries].flatMap(([name, entry]) =>
      typeof entry === "string" ? [`${name}: ${entry}`] : entry.tree.map((inner) => `${name}/${inner}`),
    );
  }
}
const saved = (path: string, text: string): SavedFile => {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  return { path: parts, name, size: text.length, file: async () => new File([text], name) };
};
const save = (folder: FakeFolder, ...files: readonly SavedFile[]) => {
  const told: number[] = [];
  return saveIntoFolder(folder as unknown as FileSystemDirectoryHandle, files, (bytes) =>
    told.push(bytes),
  ).then(() => told);
};

describe("saving into a folder of the person's own", () => {
  it("[F111] makes folders and files as they were offered", async () => {
    const folder = new FakeFolder();
    const told = await save(folder, saved("top/a", "1"), saved("top/in/b", "22"), saved("c.txt", "3"));
    expect(folder.tree).toEqual(["top/a: 1", "top/in/b: 22", "c.txt: 3"]);
    expect(told).toEqual([1, 3, 4]);
  });

  it("[F111] leaves what is there as it is", async () => {
    const folder = new FakeFolder();
    await save(folder, saved("top/a", "old"), saved("c.txt", "old"), saved("c (2).txt", "old"));
    await save(folder, saved("top/a", "new"), saved("top/b", "new"), saved("c.txt", "new"));
    expect(folder.tree).toEqual([
      "top/a: old",
      "c.txt: old",
      "c (2).txt: old",
      "top (2)/a: new",
      "top (2)/b: new",
      "c (3).txt: new",
    ]);
  });

  it("[F111] says what stopped it", async () => {
    const folder = new FakeFolder();
    folder.refusal = new DOMException("", "QuotaExceededError");
    await expect(save(folder, saved("a", "1"))).rejects.toMatchObject({ code: "disk-full" });
    folder.refusal = new DOMException("", "NotAllowedError");
    await expect(save(folder, saved("a", "1"))).rejects.toMatchObject({ code: "no-permission" });
  });

  it("[F115] gives a stream for each file, in its place among what is there", async () => {
    const folder = new FakeFolder();
    await save(folder, saved("top/a", "old"));
    const streamOf = intoFolder(folder as unknown as FileSystemDirectoryHandle);
    for (const path of ["top/a", "top/in/b", "c.txt"]) {
      const { path: folders, name } = saved(path, "");
      const stream = (await streamOf({ path: folders, name })) as unknown as {
        write(blob: Blob): Promise<void>;
      };
      await stream.write(new Blob([`new ${name}`]));
    }
    expect(folder.tree).toEqual([
      "top/a: old",
      "top (2)/a: new a",
      "top (2)/in/b: new b",
      "c.txt: new c.txt",
    ]);
    folder.getDirectoryHandle = async () => {
      throw new DOMException("", "NotAllowedError");
    };
    await expect(streamOf({ path: ["top"], name: "d" })).rejects.toMatchObject({ code: "no-permission" });
  });
});
