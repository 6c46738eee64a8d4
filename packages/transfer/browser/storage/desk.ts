import { crc32 } from "../saving/crc32.ts";
import type { StorageReplies, StorageRequest, StoredName } from "./requests.ts";

/** What only workers have (File System, section 2.6); not among the types that a page has. */
interface SyncHandle {
  read(buffer: Uint8Array, options: { readonly at: number }): number;
  write(buffer: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncHandle>;
}

const slab = 4 * 1024 * 1024;

/** Does in the worker what the page asks: each file that is in use is held open by a handle of its own. */
export class StorageDesk {
  readonly #folder: () => Promise<FileSystemDirectoryHandle>;
  readonly #handles = new Map<StoredName, SyncHandle>();

  /** @param folder the one folder that everything lies in; rejects where there is no storage */
  constructor(folder: () => Promise<FileSystemDirectoryHandle>) {
    this.#folder = folder;
  }

  async answer(request: StorageRequest): Promise<StorageReplies[keyof StorageReplies]> {
    switch (request.op) {
      case "open":
        return this.#open(request.name, request.size);
      case "write":
        return this.#write(request.name, request.offset, request.bytes);
      case "read":
        return readAt(this.#held(request.name), request.offset, request.length);
      case "flush":
        return this.#flush(request.name);
      case "close":
        return this.#close(request.name);
      case "remove":
        return this.#remove(request.name);
      case "checksum":
        return checksum(request.content);
    }
  }

  async #open(name: StoredName, size: number): Promise<number> {
    const folder = await this.#folder();
    let handle = this.#handles.get(name);
    if (handle === undefined) {
      const file = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle;
      handle = await file.createSyncAccessHandle();
      this.#handles.set(name, handle);
    }
    const before = handle.getSize();
    try {
      if (before !== size) handle.truncate(size);
    } catch (problem) {
      // Nothing half made stays behind.
      handle.truncate(before);
      this.#close(name);
      if (before === 0) await folder.removeEntry(name);
      throw problem;
    }
    return before;
  }

  #write(name: StoredName, offset: number, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    // A disk that is full may say so by taking less.
    if (this.#held(name).write(bytes, { at: offset }) !== bytes.length)
      throw new DOMException("not everything could be written", "QuotaExceededError");
    return bytes;
  }

  #flush(name: StoredName): undefined {
    this.#held(name).flush();
    return undefined;
  }

  #close(name: StoredName): undefined {
    this.#handles.get(name)?.close();
    this.#handles.delete(name);
    return undefined;
  }

  async #remove(name: StoredName): Promise<undefined> {
    const folder = await this.#folder();
    this.#close(name);
    await folder.removeEntry(name).catch((problem: Error) => {
      if (problem.name !== "NotFoundError") throw problem;
    });
    return undefined;
  }

  #held(name: StoredName): SyncHandle {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new DOMException(`${name} is not open`, "InvalidStateError");
    return handle;
  }
}

function readAt(handle: SyncHandle, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const count = handle.read(bytes, { at: offset });
  if (count !== length)
    throw new DOMException(`only ${count} of ${length} bytes are there`, "NotReadableError");
  return bytes;
}

/** In slabs, so that no more than one is in memory. */
async function checksum(content: Blob): Promise<number> {
  let crc = 0;
  for (let at = 0; at < content.size; at += slab)
    crc = crc32(new Uint8Array(await content.slice(at, at + slab).arrayBuffer()), crc);
  return crc;
}
