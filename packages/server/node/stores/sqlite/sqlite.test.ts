import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@parlour/protocol";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HostCommand, type RoomState, room } from "../../../core/index.ts";
import { noticing, person, roomWith, saying } from "../sample.ts";
import { StoreError, type StoreProblem, type Stores } from "../store.ts";
import { databaseName } from "./database.ts";
import { sqliteStores } from "./index.ts";

let folder: string;
const open: Stores[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-stores-"));
});
afterEach(async () => {
  for (const stores of open.splice(0)) await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

function opened(at = folder, now = 50_000): Stores {
  const stores = sqliteStores({ folder: at, now: () => now });
  open.push(stores);
  return stores;
}

/** What the next server finds when this one was killed now: the files as they are, nothing closed or flushed. */
function killed(): string {
  const copy = join(folder, "after-kill");
  mkdirSync(copy);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(databaseName)) copyFileSync(join(folder, name), join(copy, name));
  }
  return copy;
}

function put(stores: Stores, state: RoomState): Promise<void> {
  return stores.rooms.update(state.name, () => ({ state, result: undefined }));
}

function problemOf(use: () => unknown): { code: StoreProblem; message: string; hint: string } {
  try {
    use();
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error("it opened");
}

describe("a restart", () => {
  it("[R67] brings rooms back with every seat silent from now, also when the server was killed", async () => {
    const before = opened();
    const state = roomWith("tea", 3);
    await put(before, state);
    await put(before, roomWith("kept", 0, { stay: true }));
    await put(before, roomWith("gone", 1));
    await before.rooms.update("gone", () => ({ state: undefined, result: undefined }));

    const after = opened(killed(), 90_000);
    expect(await after.rooms.names()).toEqual(["kept", "tea"]);
    const found = await after.rooms.read("tea");
    expect(found).toEqual({
      ...state,
      life: { phase: "occupied", lastSeen: 90_000 },
      seats: state.seats.map((seat) => {
        const {
          presence: _presence,
          connection: _connection,
          ...facts
        } = seat as typeof seat & {
          connection: string;
        };
        return { ...facts, presence: "silent", since: 90_000 };
      }),
    });
    expect(await after.rooms.read("kept")).toEqual({
      ...roomWith("kept", 0, { stay: true }),
      life: { phase: "unentered", since: 90_000 },
    });
  });

  it("[R59] keeps what the host set and who was removed, and nobody at the door", async () => {
    const before = opened();
    await put(before, roomWith("tea", 3));
    const change = (input: Parameters<typeof room>[1]): Promise<void> =>
      before.rooms.update("tea", (state) => ({ state: room(state, input, 3000).state, result: undefined }));
    const ask = (command: HostCommand) => change({ type: "host", connection: "connection-0", command });
    await ask({ type: "set", title: "Club", passcodeHash: "hash", knock: true });
    await ask({ type: "remove", id: "person-1" });
    await change({ ...person(7), passcodeOk: true });
    await ask({ type: "set", locked: true });
    expect((await before.rooms.read("tea"))?.waiting).toHaveLength(1);

    const found = await opened(killed(), 90_000).rooms.read("tea");
    expect(found).toMatchObject({
      title: "Club",
      passcodeHash: "hash",
      knock: true,
      locked: true,
      removed: ["person-1"],
      waiting: [],
    });
    expect(found?.seats.map(({ id }) => id)).toEqual(["person-0", "person-2"]);
  });

  it("[R59] takes over rooms that an earlier version kept, open and without a door", async () => {
    const stores = opened();
    await put(stores, roomWith("tea", 1));
    const copy = killed();
    const raw = new Database(join(copy, databaseName));
    raw.exec("UPDATE rooms SET body = json_remove(body, '$.locked', '$.knock')");
    raw.close();
    expect(await opened(copy).rooms.read("tea")).toMatchObject({ locked: false, knock: false, waiting: [] });
  });

  it("[R67] keeps every structural change: who came, went and changed role or epoch, and the next number", async () => {
    const before = opened();
    await put(before, roomWith("tea", 4));
    const change = (input: Parameters<typeof room>[1], now: number): Promise<void> =>
      before.rooms.update("tea", (state) => ({ state: room(state, input, now).state, result: undefined }));
    await change({ type: "leave", connection: "connection-0" }, 3000);
    await change({ type: "drop", connection: "connection-1", why: "page" }, 3000);
    const kept = await before.rooms.read("tea");
    await change(
      {
        ...person(1),
        connection: "later",
        epoch: "epoch-later",
        claim: { id: "person-1", roomMade: kept?.madeAt ?? 0 },
      },
      3500,
    );
    await change({ type: "drop", connection: "connection-3", why: "page" }, 4000);
    await change({ type: "expire" }, 4000 + limits.seatAfterPageGoneMs);
    const live = await before.rooms.read("tea");

    const found = await opened(killed()).rooms.read("tea");
    expect(found?.seats.map(({ number, epoch, role }) => ({ number, epoch, role }))).toEqual([
      { number: 2, epoch: "epoch-later", role: "host" },
      { number: 3, epoch: "epoch-2", role: "member" },
    ]);
    expect(found?.nextNumber).toBe(5);
    expect(found?.seats.map((seat) => seat.id)).toEqual(live?.seats.map((seat) => seat.id));
  });

  it("[R68] loses nothing that was said, repeats nothing, and goes on counting", async () => {
    const before = opened();
    await before.log.append("tea", saying("ada", "message-1"));
    await before.log.append("tea", noticing());
    const after = opened(killed());
    expect((await after.log.after("tea", undefined, 10)).map((entry) => entry.seq)).toEqual([1, 2]);
    expect(await after.log.append("tea", saying("ada", "message-1"))).toMatchObject({
      entry: { seq: 1 },
      isNew: false,
    });
    expect((await after.log.append("tea", noticing())).entry.seq).toBe(3);
  });

  it("[R68] goes on counting when everything said was too old to keep", async () => {
    const before = opened();
    await before.log.append("tea", noticing(1000));
    await before.log.prune(1000 + 2 * limits.historyMs);
    expect((await opened(killed()).log.append("tea", noticing())).entry.seq).toBe(2);
  });

  it("[R65] finds nothing of what was said in a room that was gone by then, were it but a moment", async () => {
    const before = opened();
    await put(before, roomWith("tea", 1));
    await put(before, roomWith("milk", 1));
    await before.log.append("tea", noticing());
    await before.log.append("milk", noticing());
    await before.rooms.update("tea", () => ({ state: undefined, result: undefined }));
    const after = opened(killed());
    await put(after, roomWith("tea", 1));
    expect(await after.log.after("tea", undefined, 10)).toEqual([]);
    expect((await after.log.append("tea", noticing())).entry.seq).toBe(1);
    expect(await after.log.after("milk", undefined, 10)).toHaveLength(1);
  });

  it("[R67] opens again what was closed", async () => {
    const first = opened();
    await put(first, roomWith("tea", 1));
    await first.close();
    await first.close();
    const second = opened();
    expect(await second.rooms.count()).toBe(1);
    await put(second, roomWith("milk", 1));
    await second.close();
    expect(await opened().rooms.names()).toEqual(["milk", "tea"]);
  });
});

describe("the file", () => {
  it("[R69] can be read by its owner alone", async () => {
    const stores = opened(join(folder, "deep", "data"));
    await put(stores, roomWith("tea", 1));
    expect(statSync(join(folder, "deep", "data")).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(folder, "deep", "data"))) {
      expect(statSync(join(folder, "deep", "data", name)).mode & 0o077).toBe(0);
    }
  });

  it("[R69] refuses a second server over the same folder", () => {
    opened();
    const problem = problemOf(() => sqliteStores({ folder }));
    expect(problem.code).toBe("in-use");
    expect(problem.message).toContain(join(folder, databaseName));
    expect(problem.hint).toContain("--data");
  });

  it("[R69] says so when it is no database, and leaves it as it is", () => {
    writeFileSync(join(folder, databaseName), "my thesis, the only copy. ".repeat(500));
    expect(problemOf(() => sqliteStores({ folder }))).toMatchObject({
      code: "damaged",
      message: expect.stringContaining(databaseName),
      hint: expect.stringContaining("backup"),
    });
    expect(statSync(join(folder, databaseName)).size).toBe(13_000);
  });

  it("[R69] says so when pages of it are damaged", async () => {
    const stores = opened();
    for (let n = 0; n < 50; n++) await put(stores, roomWith(`room-${n}`, 20));
    await stores.close();
    const path = join(folder, databaseName);
    const size = statSync(path).size;
    const bytes = Buffer.alloc(size, 0x5a);
    // The first page stays: the file still claims to be ours.
    readFileSync(path).copy(bytes, 0, 0, 4096);
    writeFileSync(path, bytes);
    expect(problemOf(() => sqliteStores({ folder })).code).toBe("damaged");
  });

  it("[R69] says so when a row is not what it should be, and which", async () => {
    const stores = opened();
    await put(stores, roomWith("tea", 1));
    await stores.close();
    const raw = new Database(join(folder, databaseName));
    raw.exec("UPDATE rooms SET body = '{oops'");
    raw.close();
    expect(problemOf(() => sqliteStores({ folder }))).toMatchObject({
      code: "damaged",
      message: expect.stringContaining("table rooms, room tea"),
    });
  });

  it("[R69] refuses a file of a later version, naming both", async () => {
    await opened().close();
    const raw = new Database(join(folder, databaseName));
    raw.pragma("user_version = 7");
    raw.close();
    const problem = problemOf(() => sqliteStores({ folder }));
    expect(problem).toMatchObject({ code: "newer", hint: expect.stringContaining("Update Parlour") });
    expect(problem.message).toMatch(/schema 7, this one knows 1/);
  });

  it("[R69] refuses another program's database", () => {
    const raw = new Database(join(folder, databaseName));
    raw.exec("CREATE TABLE photos (id INTEGER)");
    raw.close();
    expect(problemOf(() => sqliteStores({ folder })).code).toBe("foreign");
  });

  it("[R69] says so when the folder can't be one", () => {
    writeFileSync(join(folder, "data"), "");
    expect(problemOf(() => sqliteStores({ folder: join(folder, "data") })).code).toBe("unwritable");
  });

  it("[R60] keeps the old state when writing fails", async () => {
    const stores = opened();
    await put(stores, roomWith("tea", 1));
    const state = roomWith("tea", 2);
    const cyclic = { ...state, removed: [state as unknown as string] };
    (cyclic.removed as unknown[])[0] = cyclic;
    await expect(put(stores, cyclic)).rejects.toThrow();
    expect((await stores.rooms.read("tea"))?.seats).toHaveLength(1);
    await stores.close();
    await expect(put(stores, state)).rejects.toMatchObject({ code: "closed" });
    await expect(stores.log.append("tea", noticing())).rejects.toMatchObject({ code: "closed" });
  });
});
