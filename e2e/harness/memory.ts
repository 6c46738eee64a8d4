import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/**
 * Which of the needles occur in the writable memory of a process that this one started (Linux only).
 * What a server once held may have been overwritten since; what is found was there for certain.
 */
export function searchMemory(pid: number, needles: readonly string[]): string[] {
  // The two ways in which V8 and buffers hold text.
  const forms = needles.flatMap((needle) =>
    (["utf8", "utf16le"] as const).map((encoding) => [needle, Buffer.from(needle, encoding)] as const),
  );
  const overlap = Math.max(...forms.map(([, bytes]) => bytes.length));
  const found = new Set<string>();
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const region = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (region === null) continue;
      const start = Number.parseInt(region[1] ?? "", 16);
      const end = Number.parseInt(region[2] ?? "", 16);
      const chunk = Buffer.alloc(Math.min(end - start, 8 * 1024 * 1024));
      for (let at = start; at < end; at += Math.max(1, chunk.length - overlap)) {
        let length = 0;
        try {
          length = readSync(memory, chunk, 0, Math.min(chunk.length, end - at), at);
        } catch {
          break; // Reserved but never touched.
        }
        const bytes = chunk.subarray(0, length);
        for (const [needle, form] of forms) if (bytes.includes(form)) found.add(needle);
        if (at + chunk.length >= end) break;
      }
    }
  } finally {
    closeSync(memory);
  }
  return [...found];
}
