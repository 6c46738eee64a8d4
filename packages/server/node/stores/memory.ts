import { type Entry, limits } from "@parlour/protocol";
import type { RoomState } from "../../core/index.ts";
import { memoryBus } from "./bus.ts";
import type { Keeping, MessageLog, NewEntry, RoomStore, Stores } from "./store.ts";

/** Stores that forget everything when the process ends. */
export function memoryStores(options: Partial<Keeping> = {}): Stores {
  const rooms = memoryRooms();
  const log = memoryLog({
    historyMessages: options.historyMessages ?? limits.historyMessages,
    historyMs: options.historyMs ?? limits.historyMs,
  });
  const bus = memoryBus();
  return {
    rooms,
    log,
    bus,
    async close() {
      await Promise.all([rooms.close(), log.close(), bus.close()]);
    },
  };
}

/** Rooms in memory. `keep` writes a change through and throws when it can't; then the old state stays. */
export function memoryRooms(
  loaded: Iterable<RoomState> = [],
  keep: (name: string, before: RoomState | undefined, after: RoomState | undefined) => void = () => {},
): RoomStore {
  const states = new Map<string, RoomState>();
  for (const state of loaded) states.set(state.name, state);
  const sorted = (): RoomState[] => [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    async update(name, change) {
      // Nothing here waits, so that changes of one room can't overlap.
      const before = states.get(name);
      const { state: after, result } = change(before);
      if (after === before) return result;
      keep(name, before, after);
      if (after === undefined) states.delete(name);
      else states.set(name, after);
      return result;
    },
    async read(name) {
      return states.get(name);
    },
    async names() {
      return sorted().map((state) => state.name);
    },
    async count() {
      return states.size;
    },
    async countStaying() {
      let count = 0;
      for (const state of states.values()) if (state.stay) count++;
      return count;
    },
    async listed() {
      return sorted().filter((state) => state.visibility === "public" && state.seats.length > 0);
    },
    async close() {
      states.clear();
    },
  };
}

interface Log {
  nextSeq: number;
  /** Oldest first. */
  entries: Entry[];
  /** What each author said, by author and id. */
  readonly said: Map<string, Entry>;
}

function memoryLog(keeping: Keeping): MessageLog {
  const logs = new Map<string, Log>();
  const drop = (log: Log, count: number): void => {
    for (const entry of log.entries.splice(0, count)) {
      if (entry.type === "said") log.said.delete(saidKey(entry));
    }
  };
  return {
    async append(room, added) {
      const log: Log = logs.get(room) ?? { nextSeq: 1, entries: [], said: new Map() };
      logs.set(room, log);
      const before = added.type === "said" ? log.said.get(saidKey(added)) : undefined;
      if (before !== undefined) return { entry: before, isNew: false };
      const entry = numbered(added, log.nextSeq++);
      log.entries.push(entry);
      if (entry.type === "said") log.said.set(saidKey(entry), entry);
      drop(log, Math.max(0, log.entries.length - keeping.historyMessages));
      return { entry, isNew: true };
    },
    async after(room, since, limit) {
      if (limit <= 0) return [];
      const entries = logs.get(room)?.entries ?? [];
      return entries.filter((entry) => entry.seq > (since ?? 0)).slice(-limit);
    },
    async forget(room) {
      logs.delete(room);
    },
    async prune(now) {
      const oldest = now - keeping.historyMs;
      for (const log of logs.values()) {
        const kept = log.entries.findIndex((entry) => entry.at >= oldest);
        drop(log, kept === -1 ? log.entries.length : kept);
      }
    },
    async close() {
      logs.clear();
    },
  };
}

/** The entry with its place in the room's log. */
export function numbered(entry: NewEntry, seq: number): Entry {
  return entry.type === "said" ? { ...entry, seq } : { ...entry, seq };
}

function saidKey(said: { readonly from: string; readonly id: string }): string {
  return `${said.from} ${said.id}`;
}
