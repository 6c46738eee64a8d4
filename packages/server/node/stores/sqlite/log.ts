import type { Entry } from "@parlour/protocol";
import { numbered } from "../memory.ts";
import type { Keeping, MessageLog, NewEntry } from "../store.ts";
import type { Connection, Use } from "./database.ts";

/** What was said, in the file; each entry is there when `append` resolves. */
export function sqliteLog(database: Connection, keeping: Keeping, use: Use): MessageLog {
  const saidBefore = database.prepare("SELECT body FROM entries WHERE room = ? AND author = ? AND id = ?");
  const nextSeq = database.prepare(
    "INSERT INTO logs (room, next_seq) VALUES (?, 2) ON CONFLICT (room) DO UPDATE SET next_seq = next_seq + 1 RETURNING next_seq - 1 AS seq",
  );
  const add = database.prepare(
    "INSERT INTO entries (room, seq, at, author, id, body) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const dropUpTo = database.prepare("DELETE FROM entries WHERE room = ? AND seq <= ?");
  const last = database.prepare(
    "SELECT body FROM entries WHERE room = ? AND seq > ? ORDER BY seq DESC LIMIT ?",
  );
  const dropEntries = database.prepare("DELETE FROM entries WHERE room = ?");
  const dropLog = database.prepare("DELETE FROM logs WHERE room = ?");
  const dropOld = database.prepare("DELETE FROM entries WHERE at < ?");

  const append = database.transaction(
    (room: string, added: NewEntry): { readonly entry: Entry; readonly isNew: boolean } => {
      if (added.type === "said") {
        const before = saidBefore.get(room, added.from, added.id) as { body: string } | undefined;
        if (before !== undefined) return { entry: JSON.parse(before.body) as Entry, isNew: false };
      }
      const { seq } = nextSeq.get(room) as { seq: number };
      const entry = numbered(added, seq);
      const [author, id] = entry.type === "said" ? [entry.from, entry.id] : [null, null];
      add.run(room, seq, entry.at, author, id, JSON.stringify(entry));
      dropUpTo.run(room, seq - keeping.historyMessages);
      return { entry, isNew: true };
    },
  );
  const forget = database.transaction((room: string): void => {
    dropEntries.run(room);
    dropLog.run(room);
  });
  return {
    async append(room, entry) {
      return use(() => append(room, entry));
    },
    async after(room, since, limit) {
      const rows = use(() => last.all(room, since ?? 0, Math.max(0, limit))) as { body: string }[];
      return rows.reverse().map((row) => JSON.parse(row.body) as Entry);
    },
    async forget(room) {
      use(() => forget(room));
    },
    async prune(now) {
      use(() => dropOld.run(now - keeping.historyMs));
    },
    async close() {},
  };
}
