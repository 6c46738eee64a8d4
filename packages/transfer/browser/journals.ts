import type { JournalStore } from "../core/index.ts";
import { storageProblem } from "./storage/problem.ts";

const storeName = "journals";

/** What transfers remember across reloads, in the browser's database: each value whole or not at all. */
export class DatabaseJournals implements JournalStore {
  #database: Promise<IDBDatabase> | undefined;

  async load(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#run("readonly", (store) => store.get(key));
  }

  async save(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#run("readwrite", (store) => store.put(bytes, key));
  }

  async remove(prefix: string): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(beginningWith(prefix)));
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const keys = await this.#run<IDBValidKey[]>("readonly", (store) =>
      store.getAllKeys(beginningWith(prefix)),
    );
    return keys as string[];
  }

  /** Resolves when the transaction is on the disk, not when the request was heard. */
  async #run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    try {
      this.#database ??= open();
      const database = await this.#database;
      return await new Promise<T>((resolve, reject) => {
        const transaction = database.transaction(storeName, mode, { durability: "strict" });
        const request = ask(transaction.objectStore(storeName));
        transaction.oncomplete = () => resolve(request.result as T);
        transaction.onabort = () => reject(transaction.error ?? request.error);
      });
    } catch (cause) {
      this.#database = undefined;
      throw storageProblem(cause);
    }
  }
}

/** For pages without a database: remembered for as long as the page lives. */
export class MemoryJournals implements JournalStore {
  readonly #values = new Map<string, Uint8Array<ArrayBuffer>>();
  async load(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#values.get(key)?.slice();
  }
  async save(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#values.set(key, bytes.slice());
  }
  async remove(prefix: string): Promise<void> {
    for (const key of await this.keys(prefix)) this.#values.delete(key);
  }
  async keys(prefix: string): Promise<readonly string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** Keys are ASCII: nothing that begins so comes after the last of these. */
const beginningWith = (prefix: string): IDBKeyRange => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("parlour-files", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => {
      // Another page that wants a newer one does not have to wait for this one to close.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("the database is in use", "InvalidStateError"));
  });
}
