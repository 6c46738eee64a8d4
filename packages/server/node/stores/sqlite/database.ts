import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { StoreError, type StoreProblem } from "../store.ts";

/** The file in the data folder. */
export const databaseName = "parlour.db";
/** "PARL": tells our files from other programs' (SQLite file format, section 1.3.16). */
const applicationId = 0x5041524c;
/** Grows with each change of the schema; kept in the file as `user_version`. */
export const schemaVersion = 1;

const schema = `
  -- All of a room's state but its seats, as JSON.
  CREATE TABLE rooms (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Seats without what a restart undoes (presence and connection), as JSON.
  CREATE TABLE seats (
    room TEXT NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (room, number)
  ) STRICT, WITHOUT ROWID;

  -- One row per room in which anything was said; outlives the entries, so that no seq comes twice.
  CREATE TABLE logs (
    room TEXT NOT NULL PRIMARY KEY,
    next_seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- author and id are null in notices.
  CREATE TABLE entries (
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    author TEXT,
    id TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX entries_said ON entries (room, author, id) WHERE author IS NOT NULL;
  CREATE INDEX entries_at ON entries (at);
`;

export type Connection = Database.Database;
/** Runs work on the open database; turns what it throws into a StoreError. */
export type Use = <T>(work: () => T) => T;

/**
 * Opens the data folder's database, making it at first start. This process alone may use it until `closeDatabase`
 * or its end, however it ends: two servers over the same rooms would give out the same numbers twice.
 *
 * @throws StoreError
 */
export function openDatabase(folder: string): Connection {
  const path = join(folder, databaseName);
  return explained(path, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // SQLite would make it readable for everyone; its companion files take the same mode as this one.
    closeSync(openSync(path, "a", 0o600));
    const database = new Database(path);
    try {
      database.pragma("locking_mode = EXCLUSIVE");
      // Before anything is written: a foreign file must stay as it is.
      checkOrigin(database, path);
      database.pragma("journal_mode = WAL");
      // Kept when the process is killed; only a power cut may take the last moments, never the whole.
      database.pragma("synchronous = NORMAL");
      migrate(database);
      return database;
    } catch (error) {
      closeDatabase(database);
      throw error;
    }
  });
}

/** Gives the file back. */
export function closeDatabase(database: Connection): void {
  try {
    // `close` waits for statements to be collected as garbage, and the lock with it; leaving WAL mode, then exclusive
    // mode, then reading once gives the lock back at once (SQLite, "PRAGMA locking_mode").
    database.pragma("journal_mode = DELETE");
    database.pragma("locking_mode = NORMAL");
    database.pragma("user_version");
  } catch {
    // A file that was not ours or not readable was never locked for long.
  }
  database.close();
}

function checkOrigin(database: Connection, path: string): void {
  const id = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  const isFresh =
    id === 0 && version === 0 && count(database, "SELECT count(*) AS n FROM sqlite_schema") === 0;
  if (isFresh) return;
  if (id !== applicationId) {
    throw new StoreError(
      "foreign",
      `${path} belongs to another program.`,
      "Choose another data folder with --data.",
    );
  }
  if (version > schemaVersion) {
    throw new StoreError(
      "newer",
      `${path} was made by a newer version of Parlour (schema ${version}, this one knows ${schemaVersion}).`,
      "Update Parlour, or choose another data folder with --data.",
    );
  }
}

function migrate(database: Connection): void {
  if (pragma(database, "user_version") === schemaVersion) return;
  // One transaction: killed half-way, the file is as before.
  database.transaction(() => {
    database.exec(schema);
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${schemaVersion}`);
  })();
}

function pragma(database: Connection, name: string): number {
  const [row] = database.pragma(name) as Record<string, number>[];
  return row?.[name] ?? 0;
}

function count(database: Connection, sql: string): number {
  return (database.prepare(sql).get() as { n: number }).n;
}

const problems: Readonly<Record<string, readonly [StoreProblem, said: string, hint: string]>> = {
  SQLITE_BUSY: [
    "in-use",
    "is in use by another Parlour server",
    "Stop that server, or give this one a data folder of its own with --data.",
  ],
  SQLITE_NOTADB: [
    "damaged",
    "is damaged: it is not a database",
    "Restore it from a backup, or move it away to start afresh.",
  ],
  SQLITE_CORRUPT: ["damaged", "is damaged", "Restore it from a backup, or move it away to start afresh."],
  SQLITE_FULL: ["unwritable", "can't grow: the disk is full", "Make room on the disk."],
};
const unwritable: readonly [StoreProblem, said: string, hint: string] = [
  "unwritable",
  "can't be written",
  "Check the folder's permissions, or choose another with --data.",
];
for (const code of [
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
  "SQLITE_PERM",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOTDIR",
  "EEXIST",
  "EISDIR",
]) {
  Object.assign(problems, { [code]: unwritable });
}

/** Runs `use`; what SQLite and the file system throw comes out as a StoreError that says what to do. */
export function explained<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = (error as { code?: unknown }).code;
    // Extended codes ("SQLITE_CORRUPT_INDEX") start with the plain one.
    const key = Object.keys(problems).find((plain) => code === plain || String(code).startsWith(`${plain}_`));
    const problem = key === undefined ? undefined : problems[key];
    if (problem === undefined) throw error;
    throw new StoreError(problem[0], `${path} ${problem[1]}.`, problem[2], error);
  }
}
