import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@parlour/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ParlourOptions } from "./options.ts";
import { newKey, privatePage } from "./private.fixture.ts";
import { newEpoch, openHouse, pass, type TestHouse, testClock } from "./visit.fixture.ts";

const keepers = [
  { where: "memory", isKept: false },
  { where: "SQLite", isKept: true },
] as const;

describe.each(keepers)("seats over real sockets, kept in $where", ({ isKept }) => {
  let house: TestHouse;
  let folder: string | undefined;
  let clock: ReturnType<typeof testClock>;

  const open = async (options: ParlourOptions = {}): Promise<TestHouse> => {
    house = await openHouse({ ...(folder === undefined ? {} : { data: folder }), ...options }, { clock });
    return house;
  };

  beforeEach(() => {
    clock = testClock();
    folder = isKept ? mkdtempSync(join(tmpdir(), "parlour-seats-")) : undefined;
  });
  afterEach(async () => {
    await house.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("two people see each other come, talk and go", async () => {
    await open();
    const [ada, bob] = [await house.visit(), await house.visit()];
    const a = await ada.enter("tea", { name: "Ada" });
    expect(a).toMatchObject({
      version: 1,
      resumed: false,
      peers: [],
      history: [],
      room: { name: "tea", visibility: "public", capacity: limits.capacityDefault },
      you: { name: "Ada", number: 1, role: "host", presence: "here" },
    });
    const b = await bob.enter("tea", { name: "ada" });
    expect(b.you).toMatchObject({ name: "ada 2", number: 2, role: "member" });
    expect(b.peers).toEqual([a.you]);
    expect((await ada.next("joined")).peer).toEqual(b.you);
    expect((await ada.next("notice", ({ name }) => name === "ada 2")).text).toBe("ada 2 joined");
    bob.send({ type: "leave" });
    expect(await ada.next("left")).toEqual({ type: "left", id: b.you.id, reason: "left" });
    expect((await bob.closed).is).toBe("left");
  });

  it("[G17] the same page on a new connection gets its seat at once; the older connection is replaced", async () => {
    await open();
    const [ada, bob] = [await house.visit(), await house.visit()];
    const epoch = newEpoch();
    const first = await ada.enter("tea", { epoch, name: "Ada" });
    const b = await bob.enter("tea");
    const again = await house.visit();
    const second = await again.enter("tea", { epoch, token: first.token });
    expect(second).toMatchObject({
      resumed: true,
      you: { id: first.you.id, number: 1, name: "Ada", role: "host" },
    });
    expect(second.peers.map(({ id }) => id)).toEqual([b.you.id]);
    expect((await ada.closed).is).toBe("replaced");
    // Signals find the new connection, and the room has not changed for the others.
    bob.signal(1, "hello");
    await again.nextSignal();
    await bob.settled();
    expect(bob.frames.filter(({ type }) => type === "changed" || type === "left")).toEqual([]);
  });

  it("[G18] a reloaded page gets its seat when the old connection is gone", async () => {
    await open();
    const [ada, bob] = [await house.visit(), await house.visit()];
    const first = await ada.enter("tea", { name: "Ada" });
    await bob.enter("tea");
    ada.socket.close(1001);
    expect((await bob.next("changed")).peer).toMatchObject({ id: first.you.id, presence: "away" });
    const epoch = newEpoch();
    const second = await (await house.visit()).enter("tea", { epoch, token: first.token });
    expect(second).toMatchObject({
      resumed: true,
      you: { id: first.you.id, number: 1, epoch, role: "host" },
    });
    expect((await bob.next("changed")).peer).toMatchObject({ id: first.you.id, presence: "here", epoch });
  });

  it("[G18] a duplicated tab is turned away, and the seat's page does not notice", async () => {
    await open();
    const ada = await house.visit();
    const first = await ada.enter("tea");
    const closing = await (await house.visit()).knock("tea", { token: first.token });
    expect(closing.code).toBe("seat-taken");
    await ada.settled();
    expect(ada.frames.some(({ type }) => type === "ping")).toBe(true);
  });

  it("[G18] a page that does not answer loses its seat to the one that comes back", async () => {
    await open();
    const ada = await house.visit();
    const first = await ada.enter("tea");
    ada.isMute = true;
    const [one, two] = [await house.visit(), await house.visit()];
    one.send({ type: "hello", room: "tea", epoch: newEpoch(), token: first.token });
    await ada.next("ping");
    clock.advance(limits.takeoverProbeMs);
    expect(await one.next("welcome")).toMatchObject({ resumed: true, you: { id: first.you.id } });
    expect((await ada.closed).is).toBe("replaced");
    // The next duplicate meets a page that is alive.
    expect((await two.knock("tea", { token: first.token })).code).toBe("seat-taken");
  });

  it("[G18] when the old connection ends while it is asked, nobody waits for the answer", async () => {
    await open();
    const ada = await house.visit();
    const first = await ada.enter("tea");
    ada.isMute = true;
    const again = await house.visit();
    again.send({ type: "hello", room: "tea", epoch: newEpoch(), token: first.token });
    await ada.next("ping");
    ada.socket.terminate();
    expect(await again.next("welcome")).toMatchObject({ resumed: true, you: { id: first.you.id } });
  });

  it("[G19] leaving, closing and falling silent are told apart", async () => {
    await open();
    const watcher = await house.visit();
    await watcher.enter("tea");
    const guests = [
      await house.visit(),
      await house.visit(),
      await house.visit(),
      await house.visit(),
    ] as const;
    const [leaver, closer, ownWord, lost] = guests;
    const ids: string[] = [];
    for (const guest of guests) ids.push((await guest.enter("tea")).you.id);
    const presenceOf = async (index: number): Promise<string> =>
      (await watcher.next("changed", ({ peer }) => peer.id === ids[index])).peer.presence;

    leaver.send({ type: "leave" });
    expect(await watcher.next("left")).toMatchObject({ id: ids[0], reason: "left" });
    closer.socket.close(1001);
    expect(await presenceOf(1)).toBe("away");
    ownWord.socket.close(4024);
    expect(await presenceOf(2)).toBe("away");
    lost.socket.terminate();
    expect(await presenceOf(3)).toBe("silent");

    await pass(clock, limits.seatAfterPageGoneMs, watcher);
    expect(await watcher.next("left")).toMatchObject({ id: ids[1], reason: "page" });
    expect(await watcher.next("left")).toMatchObject({ id: ids[2], reason: "page" });
    await pass(clock, limits.seatAfterSilenceMs - limits.seatAfterPageGoneMs, watcher);
    expect(await watcher.next("left")).toMatchObject({ id: ids[3], reason: "timeout" });
  });

  it("[G20] who comes back after the seat is gone has the same id and name on a new seat", async () => {
    await open();
    const [ada, bob] = [await house.visit(), await house.visit()];
    const first = await ada.enter("tea", { name: "Ada" });
    await bob.enter("tea");
    ada.socket.close(1001);
    await bob.next("changed");
    clock.advance(limits.seatAfterPageGoneMs);
    await bob.next("left");
    const again = await (await house.visit()).enter("tea", { token: first.token });
    expect(again).toMatchObject({ resumed: false, you: { id: first.you.id, name: "Ada", number: 3 } });
  });

  it("a page that goes in the middle of its hello leaves no seat that looks connected", async () => {
    await open();
    const bob = await house.visit();
    await bob.enter("tea");
    const hasty = await house.visit();
    hasty.send({ type: "hello", room: "tea", epoch: newEpoch() });
    hasty.socket.close(1001);
    await hasty.closed;
    const { peer } = await Promise.race([
      bob.next("changed", ({ peer }) => peer.presence === "away"),
      // It may also be gone before its seat is made.
      bob.settled().then(() => ({ peer: undefined })),
    ]);
    const seen = await (await house.visit()).enter("tea");
    expect(seen.peers.filter(({ number }) => number !== 1).every(({ presence }) => presence === "away")).toBe(
      true,
    );
    expect(peer?.presence ?? "away").toBe("away");
  });

  it("an empty room goes away and frees its name", async () => {
    await open();
    const ada = await house.visit();
    await ada.enter("tea", { name: "Ada" });
    ada.send({ type: "leave" });
    await ada.closed;
    clock.advance(limits.emptyRoomMs);
    const gone = await house.fetch("/api/rooms/tea");
    expect(gone.status).toBe(404);
    const key = newKey();
    const next = await (await house.visit()).enter("tea", privatePage(key));
    expect(next.room.visibility).toBe("private");
  });

  if (isKept) {
    it("[G21] a server that starts again knows its rooms, seats, tokens and history", async () => {
      await open();
      const [ada, bob] = [await house.visit(), await house.visit()];
      const epochs = [newEpoch(), newEpoch()] as const;
      const a = await ada.enter("tea", { epoch: epochs[0], name: "Ada" });
      const b = await bob.enter("tea", { epoch: epochs[1], name: "Bob" });
      ada.send({ type: "say", id: "message-1", text: "before" });
      const { seq } = await ada.next("accepted");
      await house.close();

      await open();
      clock.advance(limits.seatAfterSilenceMs - 1);
      const [ada2, bob2] = [await house.visit(), await house.visit()];
      const a2 = await ada2.enter("tea", { epoch: epochs[0], token: a.token, since: seq });
      expect(a2).toMatchObject({ resumed: true, you: { ...a.you, name: "Ada" }, history: [] });
      expect(a2.peers).toEqual([{ ...b.you, presence: "silent" }]);
      // Ada's page never heard that its message was taken, so it says it again.
      ada2.send({ type: "say", id: "message-1", text: "before" });
      expect(await ada2.next("accepted")).toMatchObject({ id: "message-1", seq });
      ada2.send({ type: "say", id: "message-2", text: "after" });
      expect((await ada2.next("accepted")).seq).toBe(seq + 1);
      const b2 = await bob2.enter("tea", { epoch: epochs[1], token: b.token, since: seq });
      expect(b2.resumed).toBe(true);
      expect(b2.history.map((entry) => entry.type === "said" && entry.text)).toEqual(["after"]);
      expect((await ada2.next("changed")).peer).toEqual(b.you);
      expect(ada2.frames.filter(({ type }) => type === "said")).toHaveLength(1);
    });

    it("[G21] who does not come back after a restart is gone when the grace is over", async () => {
      await open();
      const first = await (await house.visit()).enter("tea", { name: "Ada" });
      const b = await (await house.visit()).enter("tea", { name: "Bob" });
      await house.close();
      clock.advance(3_600_000);
      await open();
      const ada = await house.visit();
      await ada.enter("tea", { token: first.token });
      await pass(clock, limits.seatAfterSilenceMs, ada);
      expect(await ada.next("left")).toMatchObject({ id: b.you.id, reason: "timeout" });
    });

    it("[G21] a private room keeps its check value over a restart", async () => {
      const key = newKey();
      await open();
      await (await house.visit()).enter("shut", privatePage(key));
      await house.close();
      await open();
      expect((await (await house.visit()).knock("shut", privatePage(newKey()))).code).toBe("wrong-key");
      expect((await (await house.visit()).enter("shut", privatePage(key))).peers).toHaveLength(1);
    });
  }
});
