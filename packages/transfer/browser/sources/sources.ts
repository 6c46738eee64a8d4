import { type Source, type Storage, TransferProblem } from "../../core/index.ts";
import { fileSource } from "./file.ts";
import { type OfferedStream, streamSource } from "./stream.ts";

/** What people and programs offer. */
export type Offered = File | FileSystemHandle | OfferedStream;

export interface SourcesSetup {
  /** Keeps what comes as a stream. */
  readonly storage: Storage;
  /** More files than this are refused with `too-many`. */
  readonly filesMost: number;
  /** A name for what is kept of a stream: 22 characters of base64url, each time another. */
  readonly makeId: () => string;
}

/** Everything that was offered as single files, folders walked through in the order of their names. */
export async function sourcesOf(
  offered: readonly Offered[],
  setup: SourcesSetup,
): Promise<readonly Source[]> {
  const found: Source[] = [];
  const add = (source: Source): void => {
    if (found.length >= setup.filesMost)
      throw new TransferProblem("too-many", `These are more than ${setup.filesMost} files.`);
    found.push(source);
  };
  const walk = async (handle: FileSystemHandle, path: readonly string[]): Promise<void> => {
    if (handle.kind === "file") {
      return add(fileSource(await (handle as FileSystemFileHandle).getFile(), path));
    }
    const entries: FileSystemHandle[] = [];
    for await (const entry of (handle as FileSystemDirectoryHandle).values()) {
      entries.push(entry);
      if (found.length + entries.length > setup.filesMost)
        throw new TransferProblem("too-many", `These are more than ${setup.filesMost} files.`);
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) await walk(entry, [...path, handle.name]);
  };
  for (const one of offered) {
    if (one instanceof File) add(fileSource(one, foldersOf(one)));
    else if ("stream" in one) add(streamSource(one, setup.storage, setup.makeId()));
    else {
      await walk(one, []).catch((cause: unknown) => {
        if (cause instanceof TransferProblem) throw cause;
        throw new TransferProblem("unreadable", undefined, { cause });
      });
    }
  }
  return found;
}

/** As `<input webkitdirectory>` and dropped folders tell: `folder/inner/name`. */
function foldersOf(file: File): readonly string[] {
  // Not a standard of its own, and not everywhere.
  const { webkitRelativePath = "" } = file as Partial<File>;
  return webkitRelativePath.split("/").slice(0, -1);
}
