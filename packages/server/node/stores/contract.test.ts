import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RoomState, room } from "../../core/index.ts";
import { memoryStores } from "./memory.ts";
import { noticing, person, roomWith, saying } from "./sample.ts";
import { sqliteStores } from "./sqlite/index.ts";
import type { Keeping, Stores } from "./store.ts";

/** What every kind of stores must do; a new kind joins the list below. `open` makes empty ones. */
function storeContract(kind: string, open: (keeping: Keeping) => Promise<Stores> | Stores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open({ historyMessages: 5, historyMs: 10_000 });
  });
  afterEach(async () => {
    await stores.close();
  });
  const put = (state: RoomState): Promise<void> =>
    stores.rooms.update(state.name, () => ({ state, result: undefined }));

  describe(`rooms in ${kind}`, () => {
    it("[R60] gives a change the present state, keeps the next one and hands the result through", async () => {
      expect(await stores.rooms.read("tea")).toBeUndefined();
      const seen: (RoomState | undefined)[] = [];
      const result = await stores.rooms.update("tea", (before) => {
        seen.push(before);
        return { state: roomWith("tea", 1), result: 7 };
      });
      expect(result).toBe(7);
      const people = await stores.rooms.update("tea", (before) => {
        seen.push(before);
        const step = room(before, person(5), 3000);
        return { state: step.state, result: step.state?.seats.length };
      });
      expect(people).toBe(2);
      expect(seen).toEqual([undefined, roomWith("tea", 1)]);
      expect((await stores.rooms.read("tea"))?.seats.map((seat) => seat.id)).toEqual([
        "person-0",
        "person-5",
      ]);
    });

    it("[R60] forgets a room whose change leaves none", async () => {
      await put(roomWith("tea", 1));
      await stores.rooms.update("tea", () => ({ state: undefined, result: undefined }));
      expect(await stores.rooms.read("tea")).toBeUndefined();
      expect(await stores.rooms.names()).toEqual([]);
    });

    it("[R60] keeps the old state when a change throws", async () => {
      await put(roomWith("tea", 1));
      await expect(
        stores.rooms.update("tea", () => {
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await stores.rooms.read("tea")).toEqual(roomWith("tea", 1));
    });

    it("[R60] runs changes of one room one at a time, so that none is lost", async () => {
      await put(roomWith("tea", 0));
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          stores.rooms.update("tea", (before) => ({
            state: room(before, person(n), 3000).state,
            result: undefined,
          })),
        ),
      );
      const seats = (await stores.rooms.read("tea"))?.seats ?? [];
      expect(seats.map((seat) => seat.number)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    });

    it("[R60] keeps rooms apart", async () => {
      await put(roomWith("tea", 1));
      await put(roomWith("milk", 2));
      await stores.rooms.update("tea", () => ({ state: undefined, result: undefined }));
      expect(await stores.rooms.read("milk")).toEqual(roomWith("milk", 2));
    });

    it("[R61] counts and lists: names in order, public rooms with people only", async () => {
      await put(roomWith("tea", 2));
      await put(roomWith("empty", 0, { stay: true }));
      await put(roomWith("club", 0, { visibility: "private" }));
      await stores.rooms.update("club", (before) => ({
        state: room(before, person(1, "private"), 3000).state,
        result: undefined,
      }));
      await put(roomWith("apple", 1));
      expect(await stores.rooms.names()).toEqual(["apple", "club", "empty", "tea"]);
      expect(await stores.rooms.count()).toBe(4);
      expect(await stores.rooms.countStaying()).toBe(1);
      expect((await stores.rooms.listed()).map((state) => state.name)).toEqual(["apple", "tea"]);
      expect((await stores.rooms.read("club"))?.seats).toHaveLength(1);
    });
  });

  describe(`the message log in ${kind}`, () => {
    const seqs = async (name: string, since?: number, limit = 100): Promise<number[]> =>
      (await stores.log.after(name, since, limit)).map((entry) => entry.seq);

    it("[R62] numbers each room's entries from 1 and gives them back whole, oldest first", async () => {
      const first = await stores.log.append("tea", { ...saying("ada", "message-1"), country: "PT" });
      await stores.log.append("milk", saying("ada", "message-1"));
      const second = await stores.log.append("tea", noticing());
      expect(first).toEqual({
        entry: { ...saying("ada", "message-1"), country: "PT", seq: 1 },
        isNew: true,
      });
      expect(second).toEqual({ entry: { ...noticing(), seq: 2 }, isNew: true });
      expect(await stores.log.after("tea", undefined, 100)).toEqual([first.entry, second.entry]);
      expect(await seqs("milk")).toEqual([1]);
      expect(await seqs("nowhere")).toEqual([]);
    });

    it("[R63] takes what an author says under one id once, however often it comes", async () => {
      const first = await stores.log.append("tea", saying("ada", "message-1", 1000, "hello"));
      const again = await stores.log.append("tea", saying("ada", "message-1", 2000, "changed"));
      expect(again).toEqual({ entry: first.entry, isNew: false });
      // Another author's ids, and the same id in another room, are others.
      expect((await stores.log.append("tea", saying("bob", "message-1"))).isNew).toBe(true);
      expect((await stores.log.append("milk", saying("ada", "message-1"))).isNew).toBe(true);
      expect(await seqs("tea")).toEqual([1, 2]);
    });

    it("[R62] gives the later ones of `since`, the last when there are more than `limit`", async () => {
      for (let n = 0; n < 4; n++) await stores.log.append("tea", noticing());
      expect(await seqs("tea", 2)).toEqual([3, 4]);
      expect(await seqs("tea", 4)).toEqual([]);
      expect(await seqs("tea", 99)).toEqual([]);
      expect(await seqs("tea", undefined, 2)).toEqual([3, 4]);
      expect(await seqs("tea", 0, 3)).toEqual([2, 3, 4]);
      expect(await seqs("tea", undefined, 0)).toEqual([]);
    });

    it("[R64] keeps so many entries per room, and never gives a number twice", async () => {
      for (let n = 0; n < 8; n++) await stores.log.append("tea", saying("ada", `message-${n}`));
      await stores.log.append("milk", noticing());
      expect(await seqs("tea")).toEqual([4, 5, 6, 7, 8]);
      expect(await seqs("milk")).toEqual([1]);
      // What was dropped is not known any more.
      expect((await stores.log.append("tea", saying("ada", "message-0"))).entry.seq).toBe(9);
    });

    it("[R64] drops what is older than the host keeps, and goes on counting", async () => {
      await stores.log.append("tea", saying("ada", "message-1", 1000));
      await stores.log.append("tea", saying("ada", "message-2", 5000));
      await stores.log.append("milk", noticing(1000));
      await stores.log.prune(12_000);
      expect(await seqs("tea")).toEqual([2]);
      expect(await seqs("milk")).toEqual([]);
      await stores.log.prune(99_000);
      expect(await seqs("tea")).toEqual([]);
      expect((await stores.log.append("tea", noticing(99_000))).entry.seq).toBe(3);
    });

    it("[R65] forgets a room's entries with the room, and no other's", async () => {
      await stores.log.append("tea", saying("ada", "message-1"));
      await stores.log.append("milk", noticing());
      await stores.log.forget("tea");
      await stores.log.forget("nowhere");
      expect(await seqs("tea")).toEqual([]);
      expect(await seqs("milk")).toEqual([1]);
      expect(await stores.log.append("tea", saying("ada", "message-1"))).toMatchObject({
        entry: { seq: 1 },
        isNew: true,
      });
    });
  });

  describe(`the bus with ${kind}`, () => {
    it("[R66] brings a node's messages to its subscribers in order, and to no other's", async () => {
      const a: unknown[] = [];
      const b: unknown[] = [];
      const stop = stores.bus.subscribe("a", (message) => a.push(message));
      stores.bus.subscribe("b", (message) => b.push(message));
      const bytes = new Uint8Array([1, 2, 3]);
      await Promise.all([
        stores.bus.publish("a", "one"),
        stores.bus.publish("a", bytes),
        stores.bus.publish("b", "other"),
        stores.bus.publish("nobody", "lost"),
      ]);
      expect(a).toEqual(["one", bytes]);
      expect(b).toEqual(["other"]);
      stop();
      await stores.bus.publish("a", "late");
      expect(a).toHaveLength(2);
    });
  });
}

storeContract("memory", memoryStores);

describe("in the data folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parlour-stores-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  storeContract("SQLite", (keeping) => sqliteStores({ folder, ...keeping }));
});
