/** What the page asks of the worker that holds the files, and what comes back. */

/** A file's name in the storage: letters, digits, `_`, `-`. */
export type StoredName = string;

export type StorageRequest =
  /**
   * Makes the file, or opens it when it is there, and gives it that size at once: what the disk has no place for shows now.
   * Answers with the size it had before.
   */
  | { readonly op: "open"; readonly name: StoredName; readonly size: number }
  | {
      readonly op: "write";
      readonly name: StoredName;
      readonly offset: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly op: "read"; readonly name: StoredName; readonly offset: number; readonly length: number }
  | { readonly op: "flush"; readonly name: StoredName }
  /** Lets go of the file, so that another page may open it. */
  | { readonly op: "close"; readonly name: StoredName }
  | { readonly op: "remove"; readonly name: StoredName }
  /** The CRC-32 of a blob, read in slabs. */
  | { readonly op: "checksum"; readonly content: Blob };

/** What each request is answered with. */
export interface StorageReplies {
  open: number;
  /** The same memory, to be used again. */
  write: Uint8Array<ArrayBuffer>;
  read: Uint8Array<ArrayBuffer>;
  flush: undefined;
  close: undefined;
  remove: undefined;
  checksum: number;
}

/** One message to the worker. */
export interface StorageCall {
  readonly id: number;
  readonly request: StorageRequest;
}

/** One message back. A failure is the name of the browser's exception and its text. */
export type StorageAnswer =
  | { readonly id: number; readonly value: StorageReplies[keyof StorageReplies] }
  | { readonly id: number; readonly failed: { readonly name: string; readonly message: string } };
