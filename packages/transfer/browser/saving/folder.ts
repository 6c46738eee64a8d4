import { TransferProblem } from "../../core/index.ts";
import { storageProblem } from "../storage/problem.ts";

/** A received file, as far as saving needs it. */
export interface SavedFile {
  /** Folders it lies in, outermost first; safe to be created. */
  readonly path: readonly string[];
  readonly name: string;
  readonly size: number;
  readonly modified?: number;
  file(): Promise<File>;
}

type PickDirectory = (options: { readonly mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
const picker = (): PickDirectory | undefined =>
  (globalThis as { showDirectoryPicker?: PickDirectory }).showDirectoryPicker;

/** Whether the browser lets people choose a folder of theirs to save into. */
export const canSaveFolders = (): boolean => picker() !== undefined;

/**
 * Asks for a folder. To be called while a press is handled.
 *
 * @returns undefined when the person chose none
 */
export async function chooseFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await picker()?.({ mode: "readwrite" });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") return undefined;
    throw storageProblem(cause);
  }
}

/** Where files go in a folder: what is there already stays, a folder or file whose name is taken at the top gets another one. */
function places(folder: FileSystemDirectoryHandle) {
  const names = new Map<string, string>();
  return async ({
    path: folders,
    name: own,
  }: Pick<SavedFile, "path" | "name">): Promise<FileSystemFileHandle> => {
    const [top = own, ...inner] = [...folders, own];
    const key = folders.length === 0 ? `file ${top}` : `folder ${top}`;
    const free = names.get(key) ?? (await freeName(folder, top));
    names.set(key, free);
    const path = [free, ...inner];
    const name = path.pop() as string;
    let at = folder;
    for (const part of path) at = await at.getDirectoryHandle(part, { create: true });
    return at.getFileHandle(name, { create: true });
  };
}

/**
 * Writes files with their folders.
 *
 * @param told how many bytes are written
 */
export async function saveIntoFolder(
  folder: FileSystemDirectoryHandle,
  files: readonly SavedFile[],
  told: (bytes: number) => void = () => undefined,
): Promise<void> {
  const placeOf = places(folder);
  let bytes = 0;
  try {
    for (const one of files) {
      const writable = await (await placeOf(one)).createWritable();
      // A blob is copied by the browser itself, from disk to disk.
      await writable.write(await one.file());
      await writable.close();
      bytes += one.size;
      told(bytes);
    }
  } catch (cause) {
    throw cause instanceof TransferProblem ? cause : storageProblem(cause);
  }
}

/**
 * Streams into that folder, for files as they arrive: each is in its place when its stream is closed. (A browser writes beside it until
 * then: what is written in place, only the origin's own storage has.)
 */
export function intoFolder(
  folder: FileSystemDirectoryHandle,
): (file: Pick<SavedFile, "path" | "name">) => Promise<WritableStream<Uint8Array>> {
  const placeOf = places(folder);
  return async (file) => {
    try {
      return (await (await placeOf(file)).createWritable()) as WritableStream<Uint8Array>;
    } catch (cause) {
      throw storageProblem(cause);
    }
  };
}

/** `name`, or `name (2)`, `name (3)`, … when there is one already. */
async function freeName(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem} (${number})${ending}`;
    const isTaken = await Promise.any([
      folder.getFileHandle(candidate),
      folder.getDirectoryHandle(candidate),
    ]).then(
      () => true,
      () => false,
    );
    if (!isTaken) return candidate;
  }
}
