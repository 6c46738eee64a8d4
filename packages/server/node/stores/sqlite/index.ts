import { join } from "node:path";
import { limits } from "@parlour/protocol";
import { memoryBus } from "../bus.ts";
import { type Keeping, StoreError, type Stores } from "../store.ts";
import { closeDatabase, databaseName, explained, openDatabase, type Use } from "./database.ts";
import { sqliteLog } from "./log.ts";
import { sqliteRooms } from "./rooms.ts";

/**
 * Stores in the data folder, for a server that is alone. Rooms come back with every seat `silent`; give each room a
 * `boot` so that their time starts anew.
 *
 * @throws StoreError when the folder can't be used
 */
export function sqliteStores(
  options: {
    readonly folder: string;
    /** ms since 1970. */
    readonly now?: () => number;
  } & Partial<Keeping>,
): Stores {
  const path = join(options.folder, databaseName);
  const database = openDatabase(options.folder);
  let isClosed = false;
  const use: Use = (work) => {
    // The driver would go on writing through statements that it has not collected yet.
    if (isClosed) throw new StoreError("closed", `${path} is closed.`, "Open it again first.");
    return explained(path, work);
  };
  try {
    const rooms = sqliteRooms(database, options.now ?? Date.now, use);
    const log = sqliteLog(
      database,
      {
        historyMessages: options.historyMessages ?? limits.historyMessages,
        historyMs: options.historyMs ?? limits.historyMs,
      },
      use,
    );
    const bus = memoryBus();
    return {
      rooms,
      log,
      bus,
      async close() {
        if (isClosed) return;
        isClosed = true;
        await Promise.all([rooms.close(), log.close(), bus.close()]);
        closeDatabase(database);
      },
    };
  } catch (error) {
    closeDatabase(database);
    return explained(path, () => {
      throw error;
    });
  }
}
