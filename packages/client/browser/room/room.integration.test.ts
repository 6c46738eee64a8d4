import { describe, expect, it } from "vitest";
import type { SaidEvent } from "../api.ts";
import { makePrivateLink } from "../link-text.ts";
import {
  closeServer,
  join,
  names,
  next,
  openServer,
  origin,
  sockets,
  tabStorage,
  texts,
  until,
  withServer,
} from "./real-server.fixture.ts";

withServer();

describe("two pages and a real server", () => {
  it("[S30] see each other come, speak and go in a public room", async () => {
    const ada = await join(`${origin}/r/den`, { name: "Ada" });
    expect(ada.state).toBe("live");
    expect(ada.self).toMatchObject({ name: "Ada", role: "host" });
    const greeted = await next(ada, "notice", ({ event }) => event === "welcome");
    expect(greeted[0].text).toContain("You are Ada");
    const come = next(ada, "peer");
    const bo = await join(`${origin}/r/den`, { name: "Bo" });
    expect((await come)[0].name).toBe("Bo");
    expect(names(bo)).toEqual(["Ada"]);

    const heard = next(bo, "said", ({ isHistory }) => !isHistory);
    const { id } = await ada.say("hello");
    expect((await heard)[0]).toMatchObject({
      id,
      text: "hello",
      isOwn: false,
      from: { id: ada.self.id, name: "Ada" },
    });
    expect(ada.messages.at(-1)).toMatchObject({ id, isOwn: true });

    const gone = next(ada, "peer-left");
    await bo.leave();
    expect((await gone)[1]).toBe("left");
    expect(bo.state).toBe("left");
    await expect(bo.say("too late")).rejects.toMatchObject({ code: "left" });
  });

  it("[S31] shows a latecomer what was said, as history", async () => {
    const ada = await join(`${origin}/r/den`, { name: "Ada" });
    await ada.say("one");
    await ada.say("two");
    const bo = await join(`${origin}/r/den`, { name: "Bo" });
    await until(bo, "said", () => bo.messages.length === 2);
    expect(bo.messages.map(({ text, isHistory }) => [text, isHistory])).toEqual([
      ["one", true],
      ["two", true],
    ]);
  });

  it("[S32] keeps peers and links through a lost connection, and sends what was said meanwhile once", async () => {
    const ada = await join(`${origin}/r/den`, { name: "Ada" });
    const bo = await join(`${origin}/r/den`, { name: "Bo" });
    await until(ada, "peer", () => ada.peers.size === 1);
    const peer = [...ada.peers.values()][0];
    await until(ada, "link", () => peer?.link.state === "connected");
    const connection = peer?.link.connection;
    const seen: SaidEvent[] = [];
    bo.on("said", (message) => seen.push(message));
    const recovering = next(ada, "state");
    ada.simulate("signal-lost");
    const said = ada.say("from the dark");
    expect((await recovering)[0]).toBe("recovering");
    await until(ada, "state", () => ada.state === "live");
    await said;
    await until(bo, "said", () => seen.length > 0);
    await ada.say("and after");
    await until(bo, "said", () => seen.length > 1);
    expect(seen.map(({ text }) => text)).toEqual(["from the dark", "and after"]);
    expect([...ada.peers.values()][0]).toBe(peer);
    expect(peer?.link.connection).toBe(connection);
  });

  it("[S33] give a page that reloads its seat again, under the same peer", async () => {
    const tab = tabStorage();
    const before = await join(`${origin}/r/den`, { name: "Ada" }, tab);
    const socket = sockets.at(-1);
    const bo = await join(`${origin}/r/den`, { name: "Bo" });
    const peer = bo.peers.get(before.self.id);
    const gone: unknown[] = [];
    bo.on("peer-left", (...args) => gone.push(args));
    socket?.close(4024);
    await until(bo, "peer-changed", () => peer?.presence === "away");
    const after = await join(`${origin}/r/den`, { name: "Ada" }, tab);
    expect(after.self).toEqual(before.self);
    await until(bo, "peer-changed", () => peer?.presence === "here");
    expect(bo.peers.get(after.self.id)).toBe(peer);
    expect(gone).toEqual([]);
  });

  it("[S33] give a duplicated tab a seat and a name of its own", async () => {
    const tab = tabStorage();
    const ada = await join(`${origin}/r/den`, { name: "Ada" }, tab);
    const bo = await join(`${origin}/r/den`, { name: "Bo" });
    const duplicate = await join(`${origin}/r/den`, { name: "Ada" }, tab.copy());
    expect(duplicate.self.id).not.toBe(ada.self.id);
    expect(duplicate.self.name).toBe("Ada 2");
    expect(ada.state).toBe("live");
    await until(bo, "peer", () => bo.peers.size === 2);
  });

  it("[S34] survives a restart of the server that forgets everything: a new seat, the same page", async () => {
    const ada = await join(`${origin}/r/den`, { name: "Ada" });
    const port = Number(new URL(origin).port);
    const recovering = next(ada, "state");
    await closeServer();
    expect((await recovering)[0]).toBe("recovering");
    await openServer(port);
    await until(ada, "state", () => ada.state === "live");
    expect(ada.self.name).toBe("Ada");
  });

  it("[S35] rejects with what the server says", async () => {
    const created = await fetch(`${origin}/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "cell", capacity: 1, passcode: "sesame" }),
    });
    expect(created.status).toBe(201);
    await expect(join(`${origin}/r/cell`)).rejects.toMatchObject({ code: "wrong-passcode" });
    await join(`${origin}/r/cell`, { passcode: "sesame" });
    await expect(join(`${origin}/r/cell`, { passcode: "sesame" })).rejects.toMatchObject({
      code: "room-full",
    });
    const error: unknown = await join(`${origin}/r/cell`, { passcode: "sesame" }).catch((error) => error);
    expect(error).toBeInstanceOf(Error);
    expect((error as { hint: string }).hint).not.toBe("");
  });
});

describe("two pages in a private room", () => {
  it("[P20] know each other's names, chat page to page, and show a newcomer the history", async () => {
    const link = makePrivateLink(origin);
    const ada = await join(link, { name: "Ada" });
    expect(ada.visibility).toBe("private");
    expect(ada.link).toBe(link);
    const joined = next(ada, "notice", ({ event }) => event === "joined");
    const bo = await join(link, { name: "Bo" });
    expect((await joined)[0].text).toBe("Bo joined");
    expect(names(bo)).toEqual(["Ada"]);
    await ada.say("between us");
    await until(bo, "said", () => bo.messages.length === 1);
    await bo.say("yes");
    await until(ada, "said", () => ada.messages.length === 2);
    expect(texts(ada)).toEqual(["between us", "yes"]);

    const cy = await join(link, { name: "Cy" });
    await until(cy, "said", () => cy.messages.length === 2);
    expect(texts(cy)).toEqual(["between us", "yes"]);
    expect(cy.messages.every(({ isHistory }) => isHistory)).toBe(true);
    expect(cy.messages[0]?.from).toEqual({ id: ada.self.id, name: "Ada" });
  });

  it("[P21] have the same code to compare on both sides", async () => {
    const link = makePrivateLink(origin);
    const ada = await join(link, { name: "Ada" });
    const bo = await join(link, { name: "Bo" });
    await until(ada, "peer", () => ada.peers.size === 1);
    const code = await ada.peers.get(bo.self.id)?.verificationCode();
    expect(code).toMatch(/^(\d{4} ){4}\d{4}$/);
    expect(await bo.peers.get(ada.self.id)?.verificationCode()).toBe(code);
  });

  it("[P22] are told wrong-key when the link is another's or incomplete, and bad-link when it is damaged", async () => {
    const link = makePrivateLink(origin);
    await join(link, { name: "Ada" });
    const other = makePrivateLink(origin).split("#")[1];
    const [plain] = link.split("#");
    await expect(join(`${plain}#${other}`)).rejects.toMatchObject({ code: "wrong-key" });
    await expect(join(`${plain}`)).rejects.toMatchObject({ code: "wrong-key" });
    await expect(join(link.slice(0, -3))).rejects.toMatchObject({ code: "bad-link" });
  });

  it("[P23] get seats of their own when a tab is duplicated", async () => {
    const link = makePrivateLink(origin);
    const tab = tabStorage();
    const ada = await join(link, { name: "Ada" }, tab);
    const duplicate = await join(link, { name: "Ada" }, tab.copy());
    expect(duplicate.self.id).not.toBe(ada.self.id);
    await until(ada, "peer", () => ada.peers.size === 1);
    await ada.say("to my other tab");
    await until(duplicate, "said", () => duplicate.messages.length === 1);
    expect(texts(duplicate)).toEqual(["to my other tab"]);
  });

  it("[P24] go on chatting while the server is away", async () => {
    const link = makePrivateLink(origin);
    const ada = await join(link, { name: "Ada" });
    const bo = await join(link, { name: "Bo" });
    await ada.say("first");
    await until(bo, "said", () => bo.messages.length === 1);
    // It may have come by the server: what follows can't.
    await until(ada, "link", () => [...ada.peers.values()].every(({ link }) => link.state === "connected"));
    const recovering = next(ada, "state");
    await closeServer();
    await recovering;
    await ada.say("still here");
    await until(bo, "said", () => bo.messages.length === 2);
    expect(texts(bo)).toEqual(["first", "still here"]);
    await openServer(Number(new URL(origin).port));
  });
});
