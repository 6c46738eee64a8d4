import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { memoryFor, type Source, TransferProblem } from "../core/index.ts";

/** A file of this machine; it is opened when it is first read. */
export async function fileSource(file: string, path: readonly string[] = []): Promise<Source> {
  const { size, mtimeMs } = await stat(file);
  let handle: Promise<FileHandle> | undefined;
  return {
    name: basename(file),
    path,
    size,
    modified: Math.round(mtimeMs),
    isHere: true,
    async read(offset, length, memory) {
      const bytes = memoryFor(length, memory);
      try {
        handle ??= open(file, "r");
        const opened = await handle;
        for (let at = 0; at < length; ) {
          const { bytesRead } = await opened.read(bytes, at, length - at, offset + at);
          if (bytesRead === 0) throw new TransferProblem("file-changed");
          at += bytesRead;
        }
        // As browsers do: what was written since then may be among what was read.
        const now = await opened.stat();
        if (now.size !== size || now.mtimeMs !== mtimeMs) throw new TransferProblem("file-changed");
      } catch (cause) {
        if (cause instanceof TransferProblem) throw cause;
        throw new TransferProblem("unreadable", undefined, { cause });
      }
      return bytes;
    },
    close() {
      handle?.then((opened) => opened.close()).catch(() => {});
      handle = undefined;
    },
  };
}

/** Files, and everything in folders, in the order of their names. Links are followed for files named here, not inside folders. */
export async function sourcesOf(paths: readonly string[]): Promise<readonly Source[]> {
  const all: Source[] = [];
  const walk = async (folder: string, path: readonly string[]): Promise<void> => {
    const found = await readdir(folder, { withFileTypes: true });
    for (const one of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const place = join(folder, one.name);
      if (one.isDirectory()) await walk(place, [...path, one.name]);
      else if (one.isFile()) all.push(await fileSource(place, path));
    }
  };
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) await walk(path, [basename(path)]);
    else all.push(await fileSource(path));
  }
  return all;
}
