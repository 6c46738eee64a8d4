import { startWorker } from "../storage/start-worker.ts";
import type { SavedFile } from "./folder.ts";
import { type ZipEntry, zipOf } from "./zip.ts";

/**
 * One zip file of many, for browsers that let nobody write a folder. It names the files on the disk and copies nothing; checksums are made by
 * a worker, which reads everything once.
 *
 * @param told how many bytes are read
 */
export async function zipFiles(
  files: readonly SavedFile[],
  told: (bytes: number) => void = () => undefined,
): Promise<Blob> {
  const worker = startWorker();
  const entries: ZipEntry[] = [];
  let bytes = 0;
  try {
    for (const { path, name, size, modified, file } of files) {
      const content = await file();
      const crc32 = await worker.ask({ op: "checksum", content });
      entries.push({
        path: [...path, name].join("/"),
        content,
        crc32,
        ...(modified === undefined ? {} : { modified }),
      });
      bytes += size;
      told(bytes);
    }
    return zipOf(entries);
  } finally {
    worker.close();
  }
}
