import type { Source } from "../../core/index.ts";
import { readingProblem } from "../storage/problem.ts";

/**
 * A file that somebody chose. Nothing of it is read before it is asked for.
 *
 * @param path the folders it lies in, outermost first
 * @param handle where the browser gave one: tells for certain whether the file is another one by now
 */
export function fileSource(file: File, path: readonly string[], handle?: FileSystemFileHandle): Source {
  return {
    name: file.name,
    path,
    size: file.size,
    type: file.type,
    modified: file.lastModified,
    async read(offset, length) {
      try {
        const bytes = new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
        if (bytes.length !== length) throw new DOMException("the file is shorter by now", "NotReadableError");
        return bytes;
      } catch (cause) {
        throw readingProblem(cause);
      }
    },
    async changed() {
      try {
        if (handle === undefined) {
          // Browsers look at the file's time when they read (File API, section 6.4.1).
          await file.slice(0, 1).arrayBuffer();
          return false;
        }
        const now = await handle.getFile();
        return now.size !== file.size || now.lastModified !== file.lastModified;
      } catch {
        return true;
      }
    },
  };
}
