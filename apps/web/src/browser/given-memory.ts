import type { Given, GivenMemory } from "../state/files/given-before.ts";

const storeName = "given";

/** Remembers in the browser's database, which keeps handles of files as well. */
export function givenMemory(room: string): GivenMemory {
  return {
    load: async () => (await run<readonly Given[] | undefined>("readonly", (store) => store.get(room))) ?? [],
    save: async (given) => {
      await run("readwrite", (store) => (given.length === 0 ? store.delete(room) : store.put(given, room)));
    },
  };
}

async function run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(storeName, mode);
      const request = ask(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("parlour-page", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Whether files may still be read; asks the person where the browser wants that. To be called while a press is handled. */
export async function mayRead(handles: readonly FileSystemHandle[]): Promise<boolean> {
  type Asking = FileSystemHandle & {
    requestPermission?(how: { readonly mode: "read" }): Promise<PermissionState>;
  };
  const answers = await Promise.all(
    handles.map((handle: Asking) => handle.requestPermission?.({ mode: "read" }) ?? "granted"),
  );
  return answers.every((answer) => answer === "granted");
}
