import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Peer, Room } from "../api.ts";
import { makePrivateLink } from "../link-text.ts";
import type { Own } from "../room/peers.ts";
import {
  clock,
  connections,
  join,
  next,
  origin,
  realParts,
  tabStorage,
  texts,
  until,
  withServer,
  world,
} from "../room/real-server.fixture.ts";
import { idleEngine, memberJoiner } from "./members.fixture.ts";

withServer({ forwarder: idleEngine });
beforeEach(() => {
  connections.splice(0);
  owns.splice(0);
});
afterEach(() => world.unblock());

const owns: Own[] = [];
const enter = memberJoiner(realParts, { clock, onOwn: (own) => void owns.push(own) });
const member = (link: string, name: string): Promise<Room> => join(link, { name }, tabStorage(), enter);
const open = (): number => connections.filter(({ connectionState }) => connectionState !== "closed").length;
const peer = (room: Room, name: string): Peer => {
  const found = [...room.peers.values()].find((one) => one.name === name);
  if (!found) throw new Error(`${name} is not there`);
  return found;
};
const states = (room: Room): string[] => [...new Set([...room.peers.values()].map(({ link }) => link.state))];
const isResting = (room: Room): boolean => states(room).join() === "resting";

/** So many people in a room that goes over the forwarder, and nobody has a link. */
async function crowd(link: string, count: number): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let i = 0; i < count; i++) rooms.push(await member(link, `p${i}`));
  for (const room of rooms) {
    await until(room, "peer", () => room.peers.size === count - 1);
    await until(room, "room", () => room.topology === "forwarder");
  }
  // The first ones had links.
  await rested(rooms);
  return rooms;
}
/** Time passes until nobody has a link. */
async function rested(rooms: readonly Room[]): Promise<void> {
  while (!rooms.every(isResting) || open() > 0) {
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const links = { public: () => `${origin}/r/crowd`, private: () => makePrivateLink(origin) };

describe.each(["public", "private"] as const)("a %s room of twelve over the forwarder", (kind) => {
  it("[X150][X151][X156][X157] rests, is told what is said all the same, and what was said before; a message on a channel opens one link, which rests again", async () => {
    const rooms = await crowd(links[kind](), 12);
    const [ada, bo] = rooms as [Room, Room];
    expect(open()).toBe(0);
    expect(peer(ada, "p1").link.path).toBe("forwarded");

    await ada.say("hello all");
    for (const room of rooms) await until(room, "said", () => texts(room).includes("hello all"));
    await bo.say("and to you");
    for (const room of rooms) await until(room, "said", () => texts(room).length === 2);
    const late = await member(
      links.public() === rooms[0]?.link ? links.public() : (ada.link as string),
      "late",
    );
    await until(late, "said", () => texts(late).length === 2);
    expect(texts(late)).toEqual(["hello all", "and to you"]);
    expect(open()).toBe(0);

    const moves = ada.channel("moves", { delivery: "exactly-once" });
    const heard: unknown[] = [];
    bo.channel("moves", { delivery: "exactly-once" }).on("message", (data) => void heard.push(data));
    await moves.send("e4", { to: peer(ada, "p1") });
    expect(heard).toEqual(["e4"]);
    expect(peer(ada, "p1").link.state).toBe("connected");
    expect(open()).toBe(2);
    await rested(rooms);
    // And once more, the other way round.
    const back = next(ada, "link", ({ link }) => link.state === "connected");
    const asked = bo.channel("moves", { delivery: "exactly-once" }).send("e5", { to: peer(bo, "p0") });
    ada.channel("moves", { delivery: "exactly-once" }).on("message", () => {});
    await asked;
    await back;
    expect(open()).toBe(2);
    expect(rooms.map(texts).every((all) => all.length === 2)).toBe(true);
  }, 60_000);

  it("[X157][X158] a file to one opens one link, a raised hand none; private messages and codes to compare need none", async () => {
    const rooms = await crowd(links[kind](), 10);
    const [ada, bo, cy] = rooms as [Room, Room, Room];
    const up: string[] = [];
    for (const room of rooms)
      room
        .channel("hands", { delivery: "exactly-once", opensLink: false })
        .on("message", (data, { name }) => {
          up.push(`${name} ${data}`);
        });
    await ada.channel("hands", { delivery: "exactly-once" }).send(1);
    expect(up).toEqual(Array(9).fill("p0 1"));
    await bo.say("between us", { to: peer(bo, "p2") });
    await until(cy, "said", () => texts(cy).includes("between us"));
    expect(texts(ada)).not.toContain("between us");
    expect(await peer(bo, "p2").verificationCode()).toBe(await peer(cy, "p1").verificationCode());
    expect(open()).toBe(0);

    const offered = next(bo, "offer");
    const content = crypto.getRandomValues(new Uint8Array(40_000));
    ada.files.offer(new File([content], "film.bin"), { to: peer(ada, "p1") });
    const [offer] = await offered;
    expect(open()).toBe(0);
    const { files } = await offer.accept().done;
    const file = await files[0]?.file();
    expect(Buffer.from((await file?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(content)).toBe(true);
    expect(open()).toBe(2);
    expect(cy.files.offers).toEqual([]);
    await rested(rooms);
  }, 60_000);

  it("[X223] tells in the log what holds a link for half a minute, once", async () => {
    const rooms = await crowd(links[kind](), 10);
    const [ada, bo] = rooms as [Room, Room];
    const { id } = peer(ada, "p1");
    const sent = ada.channel("unheard", { delivery: "exactly-once" }).send("hello", { to: peer(ada, "p1") });
    const held = async () => (await ada.inspect()).events.filter(({ event }) => event === "link-held");
    while ((await held()).length === 0) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (let second = 0; second < 40; second++) clock.advance(1_000);
    expect((await held()).map(({ peer: to, detail }) => [to, detail])).toEqual([[id, "messages"]]);
    bo.channel("unheard", { delivery: "exactly-once" }).on("message", () => {});
    await sent;
    await rested(rooms);
  }, 60_000);

  it("[X154][X167] a link that media need opens at once, and stays for as long as they do", async () => {
    const rooms = await crowd(links[kind](), 10);
    const [ada, bo] = rooms as [Room, Room];
    const [own] = owns as [Own];
    let needed = peer(ada, "p1").id;
    own.needsLink = (id) => id === needed;
    const up = next(bo, "link", ({ link }) => link.state === "connected");
    own.onNeeds?.();
    await up;
    for (let seconds = 0; seconds < 60; seconds++) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([peer(ada, "p1").link.state, open()]).toEqual(["connected", 2]);
    needed = "";
    await rested(rooms);
  }, 60_000);

  it("[X152][X154] both begin at once while the server is away: one link, and everything arrives once", async () => {
    const rooms = await crowd(links[kind](), 10);
    const [ada, bo] = rooms as [Room, Room];
    const heard: unknown[] = [];
    for (const room of [ada, bo])
      room.channel("moves", { delivery: "exactly-once" }).on("message", (data) => void heard.push(data));
    ada.simulate("signal-lost");
    bo.simulate("signal-lost");
    await until(ada, "state", () => ada.state === "recovering");
    const sent = [
      ada.channel("moves", { delivery: "exactly-once" }).send("from ada", { to: peer(ada, "p1") }),
      bo.channel("moves", { delivery: "exactly-once" }).send("from bo", { to: peer(bo, "p0") }),
    ];
    await Promise.all(sent);
    expect(heard.sort()).toEqual(["from ada", "from bo"]);
    expect(open()).toBe(2);
    await ada.say("still here");
    for (const room of rooms) await until(room, "said", () => texts(room).includes("still here"));
  }, 60_000);

  it("[X150] an older page, which takes no part in that, keeps a link to everyone, and everyone to it alone; one without media takes part", async () => {
    const rooms = await crowd(links[kind](), 9);
    const [ada] = rooms as [Room];
    const link = ada.link as string;
    const older = memberJoiner(realParts, { isOlder: true });
    const old = await join(link, { name: "old" }, tabStorage(), older);
    const quiet = await join(link, { name: "quiet", media: false });
    const here = (room: Room) => [...room.peers.values()].map((one) => `${one.name} ${one.link.state}`);
    const all = (state: (name: string) => string, ...names: readonly string[]) =>
      names.map((name) => `${name} ${state(name)}`).sort();
    const p = Array.from({ length: 9 }, (_, n) => `p${n}`);
    const isAsItShould = (room: Room, wanted: readonly string[]) => () =>
      here(room).sort().join() === wanted.join();
    const settled = async (): Promise<void> => {
      const everyone = all(() => "connected", "quiet", ...p);
      await until(old, "link", isAsItShould(old, everyone));
      for (const [n, room] of [...rooms, quiet].entries()) {
        const others = [...p, "quiet"].filter((_, at) => at !== n);
        const wanted = all((name) => (name === "old" ? "connected" : "resting"), "old", ...others);
        await until(room, "link", isAsItShould(room, wanted));
      }
    };
    await settled();
    // Long after the last thing went over them, too.
    for (let n = 0; n < 60; n++) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled();
    const heard: unknown[] = [];
    for (const room of [...rooms, old])
      room.channel("moves", { delivery: "exactly-once" }).on("message", (data) => void heard.push(data));
    await quiet.channel("moves", { delivery: "exactly-once" }).send("e4");
    expect(heard).toEqual(Array(10).fill("e4"));
    await old.say("from long ago");
    for (const room of [...rooms, quiet])
      await until(room, "said", () => texts(room).includes("from long ago"));
  }, 60_000);

  it("[X150][X160] with fewer than seven everyone has a link to everyone again", async () => {
    const rooms = await crowd(links[kind](), 12);
    await Promise.all(rooms.slice(6).map((room) => room.leave()));
    const left = rooms.slice(0, 6);
    for (const room of left)
      await until(room, "link", () => room.peers.size === 5 && states(room).join() === "connected");
    expect(open()).toBe(30);
    const heard: unknown[] = [];
    for (const room of left)
      room.channel("moves", { delivery: "exactly-once" }).on("message", (data) => void heard.push(data));
    await left[0]?.channel("moves", { delivery: "exactly-once" }).send("e4");
    expect(heard).toEqual(Array(5).fill("e4"));
  }, 60_000);
});

describe.each(["public", "private"] as const)("a %s room of twelve where nobody sends anything", (kind) => {
  const silent = memberJoiner(realParts, { clock, isSilent: true, onOwn: (own) => void owns.push(own) });
  const come = (link: string, name: string): Promise<Room> => join(link, { name }, tabStorage(), silent);

  it("[X150][X151][X156] is a mesh without links: who comes makes none, and is told all the same; who publishes has one to everyone, as long as that is so", async () => {
    const link = links[kind]();
    const rooms: Room[] = [];
    for (let i = 0; i < 9; i++) rooms.push(await come(link, `p${i}`));
    const [ada] = rooms as [Room];
    // Those who came while it was small had links; the ninth made none.
    await rested(rooms);
    expect(peer(ada, "p1").link.path).toBeUndefined();
    await ada.say("hello all");
    for (let i = 9; i < 12; i++) rooms.push(await come(link, `p${i}`));
    for (const room of rooms) {
      await until(room, "peer", () => room.peers.size === 11);
      await until(room, "said", () => texts(room).includes("hello all"));
      expect(room.topology).toBe("mesh");
    }
    expect(open()).toBe(0);
    expect(rooms.every(isResting)).toBe(true);

    const [own] = owns as [Own];
    let isPublishing = true;
    own.needsLink = () => isPublishing;
    own.onNeeds?.();
    const isLinked = (): boolean => states(ada).join() === "connected";
    for (let seconds = 0; seconds < 40 || !isLinked(); seconds++) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(open()).toBe(22);
    isPublishing = false;
    await rested(rooms);
  }, 60_000);
});
