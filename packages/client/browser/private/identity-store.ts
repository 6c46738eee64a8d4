import type { IdentityStore } from "./identity.ts";

const keptMs = 30 * 86_400_000;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keys in IndexedDB, which can hold keys that can't be read. What was not used for 30 days is dropped. */
export function indexedDbStore(now: () => number): IdentityStore {
  const run = async <T>(use: (store: IDBObjectStore) => Promise<T>): Promise<T> => {
    const opening = indexedDB.open("parlour", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("identities");
    const database = await settled(opening);
    try {
      return await use(database.transaction("identities", "readwrite").objectStore("identities"));
    } finally {
      database.close();
    }
  };
  return {
    load: (place) => run((store) => settled(store.get(place))),
    save: (place, keys) =>
      run(async (store) => {
        await settled(store.put(keys, place));
        const sweep = store.openCursor();
        sweep.onsuccess = () => {
          const cursor = sweep.result;
          if (cursor === null) return;
          if (!(cursor.value.usedAt > now() - keptMs)) cursor.delete();
          cursor.continue();
        };
      }),
  };
}
