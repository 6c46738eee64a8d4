import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  firstAt,
  type PlacedFile,
  type Received,
  type Sink,
  type SinkPlan,
  type Storage,
  TransferProblem,
} from "../core/index.ts";

/** Files that are open at once. */
const openMost = 64;

/**
 * Puts files into a folder: under `.parlour/<id>` while they arrive, by renaming into their places when everything is
 * there. What stands in such a place already stays, and the new one gets a number.
 */
export function folderStorage(folder: string): Storage<string> {
  return { open: (plan) => openSink(folder, plan) };
}

async function openSink(folder: string, { id, files, isResumed }: SinkPlan): Promise<Sink<string>> {
  const staging = join(folder, ".parlour", id);
  const record = join(staging, "moved.json");
  const handles = new Map<number, Promise<FileHandle>>();
  let poison: unknown;
  /** Where each file is now, once they were moved. */
  let places: readonly string[] | undefined;

  /** What can't be read is not there, and comes again; what can't be written ends it. */
  const guarded = async <T>(act: () => Promise<T>, isReading = false): Promise<T> => {
    if (poison) throw poison;
    try {
      return await act();
    } catch (cause) {
      const problem = problemOf(cause);
      if (!isReading) poison ??= problem;
      throw problem;
    }
  };
  const placeOf = (index: number): string => places?.[index] ?? join(staging, "files", String(index));
  const handleOf = async (index: number): Promise<FileHandle> => {
    const known = handles.get(index);
    if (known) {
      handles.delete(index);
      handles.set(index, known);
      return known;
    }
    const opened = open(placeOf(index), places ? "r" : "a+").then(async (made) => {
      if (places) return made;
      // "a+" makes it when it is missing, and would only ever append.
      await made.close();
      return open(placeOf(index), "r+");
    });
    handles.set(index, opened);
    return opened;
  };
  /** One read or write at a time in what is open: a handle is closed only between them. */
  const shrink = async (): Promise<void> => {
    while (handles.size > openMost) {
      const [index, handle] = handles.entries().next().value ?? [];
      if (index === undefined) return;
      handles.delete(index);
      await (await handle)?.close();
    }
  };
  const closeAll = async (): Promise<void> => {
    const all = [...handles.values()];
    handles.clear();
    for (const handle of all) await (await handle.catch(() => undefined))?.close();
  };
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const turn = queue.then(act);
    queue = turn.catch(() => {});
    return turn;
  };
  const parts = function* (offset: number, length: number) {
    for (let index = firstAt(files, offset); index < files.length; index++) {
      const file = files[index];
      if (!file || file.offset >= offset + length) return;
      const from = Math.max(offset, file.offset);
      const to = Math.min(offset + length, file.offset + file.size);
      if (to > from) yield { index, at: from - file.offset, from: from - offset, length: to - from };
    }
  };

  await guarded(async () => {
    if (isResumed) {
      places = await readFile(record, "utf8").then(
        (text) => JSON.parse(text) as string[],
        () => undefined,
      );
      if (!places && !(await isThere(join(staging, "files"))))
        throw new TransferProblem("no-storage", "What was received before is no longer there.");
    } else await rm(staging, { recursive: true, force: true });
    await mkdir(join(staging, "files"), { recursive: true });
  });

  return {
    write: (offset, bytes) =>
      inTurn(() =>
        guarded(async () => {
          for (const part of parts(offset, bytes.length)) {
            const handle = await handleOf(part.index);
            await handle.write(bytes, part.from, part.length, part.at);
            await shrink();
          }
          return bytes;
        }),
      ),
    read: (offset, length) =>
      inTurn(() =>
        guarded(async () => {
          const bytes = new Uint8Array(length);
          for (const part of parts(offset, length)) {
            const handle = await handleOf(part.index);
            for (let done = 0; done < part.length; ) {
              const { bytesRead } = await handle.read(
                bytes,
                part.from + done,
                part.length - done,
                part.at + done,
              );
              if (bytesRead === 0) throw new TransferProblem("unreadable");
              done += bytesRead;
            }
            await shrink();
          }
          return bytes;
        }, true),
      ),
    flush: () =>
      inTurn(() =>
        guarded(async () => {
          for (const handle of [...handles.values()]) await (await handle).datasync();
        }),
      ),
    finish: () =>
      inTurn(() =>
        guarded(async () => {
          if (!places) {
            for (const [index, file] of files.entries())
              if (file.size === 0) await handleOf(index).then(shrink);
            await closeAll();
            const chosen: string[] = [];
            for (const file of files) chosen.push(await freePlace(folder, file, new Set(chosen)));
            // Noted before the first is moved: who goes on after a crash knows where they are to be.
            await writeFile(`${record}.new`, JSON.stringify(chosen));
            await rename(`${record}.new`, record);
            places = chosen;
          }
          await closeAll();
          for (const [index, place] of places.entries()) {
            const from = join(staging, "files", String(index));
            await mkdir(dirname(place), { recursive: true });
            await rename(from, place).catch(async (error: NodeJS.ErrnoException) => {
              if (error.code !== "ENOENT" || !(await isThere(place))) throw error;
            });
          }
          await rm(join(staging, "files"), { recursive: true, force: true });
          const moved = places;
          return files.map(
            ({ path, name, size, type }, index): Received<string> => ({
              path,
              name,
              size,
              type,
              content: async () => moved[index] ?? "",
            }),
          );
        }),
      ),
    close: () => inTurn(closeAll),
    discard: () =>
      inTurn(async () => {
        await closeAll();
        await rm(staging, { recursive: true, force: true });
      }),
  };
}

/** The file's place in the folder, or with a number where something stands there. */
async function freePlace(
  folder: string,
  { path, name }: PlacedFile,
  taken: ReadonlySet<string>,
): Promise<string> {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let n = 1; ; n++) {
    const place = join(folder, ...path, n === 1 ? name : `${stem} (${n})${ending}`);
    if (!taken.has(place) && !(await isThere(place))) return place;
  }
}

const isThere = (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  );

function problemOf(cause: unknown): TransferProblem {
  if (cause instanceof TransferProblem) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new TransferProblem("disk-full", undefined, { cause });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new TransferProblem("no-permission", undefined, { cause });
  return new TransferProblem("no-storage", undefined, { cause });
}
