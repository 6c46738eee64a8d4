import type { Offered } from "./sources.ts";

/** What newer browsers give for a dropped thing: a handle, which stays good after a reload. */
interface HandedItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** Whether there is a file or folder in what is dragged or pasted, which browsers tell before they tell what. */
export const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes("Files") ?? false;

/**
 * What was dropped, folders included. Must be called in the event itself: its data is gone after that.
 */
export async function droppedFiles(data: DataTransfer): Promise<readonly Offered[]> {
  const asked = [...data.items]
    .filter(({ kind }) => kind === "file")
    .map((item: HandedItem) => {
      const file = item.getAsFile();
      const entry = item.webkitGetAsEntry();
      // Handles first: of a folder there is no file.
      const handle = item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null);
      return { file, entry, handle };
    });
  const found: Offered[] = [];
  for (const { file, entry, handle } of asked) {
    // Nothing at all for what was made by a script.
    const handed = (await handle) ?? null;
    if (handed !== null) found.push(handed);
    else if (entry?.isDirectory) found.push(...(await filesIn(entry as FileSystemDirectoryEntry, [])));
    else if (file !== null) found.push(file);
  }
  return found;
}

async function filesIn(folder: FileSystemDirectoryEntry, above: readonly string[]): Promise<readonly File[]> {
  const path = [...above, folder.name];
  const reader = folder.createReader();
  const found: File[] = [];
  for (;;) {
    // Comes in batches; an empty one is the end.
    const batch = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (batch.length === 0) return found;
    for (const entry of batch) {
      if (entry.isDirectory) found.push(...(await filesIn(entry as FileSystemDirectoryEntry, path)));
      else {
        const file = await new Promise<File>((done, failed) =>
          (entry as FileSystemFileEntry).file(done, failed),
        );
        found.push(placed(file, path));
      }
    }
  }
}

/** The same file, which says where it lies as one of an `<input webkitdirectory>` does. */
function placed(file: File, path: readonly string[]): File {
  return Object.defineProperty(file, "webkitRelativePath", { value: [...path, file.name].join("/") });
}
