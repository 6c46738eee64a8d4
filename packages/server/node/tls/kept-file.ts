/** Small JSON files that only their owner may read. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Writes beside and renames, so that no reader ever sees half a file. */
export function keepFile(file: string, value: unknown): void {
  const beside = `${file}.new`;
  writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  chmodSync(beside, 0o600);
  renameSync(beside, file);
}

/** What `read` makes of the file's contents; undefined when there is none or it can't be read. For what can be made anew. */
export function keptFile<T>(file: string, read: (value: unknown) => T | undefined): T | undefined {
  try {
    return read(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
