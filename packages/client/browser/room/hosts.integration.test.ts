import { describe, expect, it } from "vitest";
import type { Peer, Room } from "../api.ts";
import { makePrivateLink } from "../link-text.ts";
import {
  join,
  names,
  next,
  origin,
  sockets,
  tabStorage,
  texts,
  until,
  withServer,
} from "./real-server.fixture.ts";

withServer();

/** The only other one in the room. */
const other = (room: Room): Peer => {
  const [peer] = room.peers.values();
  if (peer === undefined) throw new Error("nobody else is here");
  return peer;
};
async function two(link: string): Promise<readonly [Room, Room]> {
  const ada = await join(link, { name: "Ada" });
  const bo = await join(link, { name: "Bo" });
  await until(ada, "peer", () => ada.peers.size === 1);
  return [ada, bo];
}
const links = [
  ["public", () => `${origin}/r/den`],
  ["private", () => makePrivateLink(origin)],
] as const;

describe.each(links)("a host of a %s room at a real server", (visibility, link) => {
  it("[S60] gives it a title and a passcode, and locks it", async () => {
    const at = link();
    const [ada, bo] = await two(at);
    const told = next(bo, "room", () => bo.hasPasscode);
    await ada.host.set({ title: "Tea at four", passcode: "earl grey" });
    await told;
    expect([bo.title, bo.isLocked]).toEqual(["Tea at four", false]);
    await expect(join(at, { name: "Cy" })).rejects.toMatchObject({ code: "wrong-passcode" });
    const cy = await join(at, { name: "Cy", passcode: "earl grey" });
    expect(cy.title).toBe("Tea at four");
    await ada.host.set({ isLocked: true, passcode: null });
    await expect(join(at, { name: "Di" })).rejects.toMatchObject({ code: "locked" });
    await expect(bo.host.set({ isLocked: false })).rejects.toMatchObject({ code: "not-host" });
    expect(ada.isLocked).toBe(true);
  });

  it("[S57] mutes, removes, hands over and ends", async () => {
    const [ada, bo] = await two(link());
    const asked = next(bo, "asked");
    await ada.host.mute(other(ada), "audio");
    expect((await asked)[0]).toMatchObject({ what: "mute", kind: "audio", by: { name: "Ada" } });
    await ada.host.handOver(other(ada));
    await until(bo, "room", () => bo.self.role === "host");
    expect(ada.self.role).toBe("member");
    await expect(ada.host.end()).rejects.toMatchObject({ code: "not-host" });
    const removed = next(ada, "state", (state) => state === "left");
    const gone = next(bo, "peer-left");
    await bo.host.remove(other(bo));
    expect((await removed)[1]).toMatchObject({ code: "removed" });
    expect((await gone)[1]).toBe("removed");
    const ended = next(bo, "state", (state) => state === "left");
    await bo.host.end();
    expect((await ended)[1]).toMatchObject({ code: "room-ended" });
  });

  it("[S59] sees who knocks, by name, and lets in or sends away", async () => {
    const at = link();
    const ada = await join(at, { name: "Ada" });
    await ada.host.set({ knock: true });
    let waits = 0;
    const coming = join(at, { name: "Bo", onWaiting: () => waits++ });
    await until(ada, "waiting", () => ada.waiting.size === 1);
    const [bo] = ada.waiting.values();
    expect(bo).toMatchObject({ name: "Bo" });
    expect(waits).toBe(1);
    await ada.host.admit(bo?.id ?? "");
    const room = await coming;
    expect(names(room)).toEqual(["Ada"]);
    expect(room.self.id).toBe(bo?.id);
    expect(ada.waiting.size).toBe(0);

    const denied = join(at, { name: "Cy" });
    denied.catch(() => {});
    await until(ada, "waiting", () => ada.waiting.size === 1);
    await ada.host.deny([...ada.waiting.keys()][0] ?? "");
    await expect(denied).rejects.toMatchObject({ code: "denied", hint: expect.any(String) });

    const patience = new AbortController();
    const given = join(at, { name: "Di", signal: patience.signal });
    given.catch(() => {});
    await until(ada, "waiting", () => ada.waiting.size === 1);
    patience.abort();
    await expect(given).rejects.toMatchObject({ code: "aborted" });
    await until(ada, "waiting", () => ada.waiting.size === 0);
    await expect(ada.host.admit("x".repeat(22))).rejects.toMatchObject({ code: "no-such-peer" });
  });

  it("[S21] who waits goes on waiting through lost connections, and the host finds them after its own", async () => {
    const at = link();
    const tab = tabStorage();
    const ada = await join(at, { name: "Ada" }, tab);
    await ada.host.set({ knock: true });
    const coming = join(at, { name: "Bo" });
    await until(ada, "waiting", () => ada.waiting.size === 1);
    sockets.at(-1)?.terminate();
    await until(ada, "waiting", () => ada.waiting.size === 0);
    await until(ada, "waiting", () => ada.waiting.size === 1);
    ada.simulate("signal-lost");
    await until(ada, "state", () => ada.state === "recovering");
    // Asked for without a connection: done when that is back.
    const admitted = ada.host.admit([...ada.waiting.keys()][0] ?? "");
    await admitted;
    expect(names(await coming)).toEqual(["Ada"]);
  });

  it("[P25] private messages reach one alone", async () => {
    const at = link();
    const [ada, bo] = await two(at);
    const cy = await join(at, { name: "Cy" });
    await until(ada, "peer", () => ada.peers.size === 2);
    const toBo = ada.peers.get(bo.self.id) as Peer;
    const heard = next(bo, "said");
    const { id } = await ada.say("psst", { to: toBo });
    expect((await heard)[0]).toMatchObject({
      id,
      text: "psst",
      to: bo.self.id,
      from: { id: ada.self.id, name: "Ada" },
      isOwn: false,
      isHistory: false,
    });
    await ada.say("hello");
    await until(cy, "said", () => texts(cy).includes("hello"));
    await until(ada, "said", () => texts(ada).length === 2);
    expect(texts(cy)).toEqual(["hello"]);
    expect(ada.messages.map(({ text, to }) => [text, to])).toEqual([
      ["psst", bo.self.id],
      ["hello", undefined],
    ]);
    const late = await join(at, { name: "Di" });
    await until(late, "said", () => texts(late).length > 0);
    expect(texts(late)).toEqual(["hello"]);
    const gone = next(ada, "peer-left");
    await bo.leave();
    await gone;
    const code = visibility === "private" ? "undelivered" : "no-such-peer";
    await expect(ada.say("still there?", { to: toBo })).rejects.toMatchObject({ code });
  });
});
