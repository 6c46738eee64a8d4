import type { CreatedRoom, ListedRoom, Problem } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { newEpoch, rawConnect, rawJoin } from "../harness/raw-client.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// A room's life over HTTP, and what the people in it see of that.

describe("rooms over HTTP", () => {
  const stage = useStage();
  const ask = (path: string, method = "GET", body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${stage.server.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const create = async (body: Record<string, unknown>): Promise<CreatedRoom> => {
    const reply = await ask("/api/rooms", "POST", body);
    expect(reply.status, await reply.clone().text()).toBe(201);
    return (await reply.json()) as CreatedRoom;
  };

  it("creates, refuses a taken name, tells, destroys, and frees the name", async () => {
    const name = stage.roomName("life");
    const made = await create({ name, title: "Life" });
    expect(made).toMatchObject({ name, visibility: "public", url: `${stage.server.url}/r/${name}` });
    expect(made.hostToken.length).toBeGreaterThanOrEqual(32);

    const again = await ask("/api/rooms", "POST", { name });
    expect(again.status).toBe(409);
    expect(again.headers.get("content-type")).toContain("application/problem+json");
    expect(((await again.json()) as Problem).code).toBe("room-exists");

    expect((await ask(`/api/rooms/${name}`)).status).toBe(200);
    const bearer = { authorization: `Bearer ${made.hostToken}` };
    expect((await ask(`/api/rooms/${name}`, "DELETE")).status).toBe(401);
    const wrong = await ask(`/api/rooms/${name}`, "DELETE", undefined, {
      authorization: "Bearer not-the-token",
    });
    expect(wrong.status).toBe(403);
    expect(((await wrong.json()) as Problem).code).toBe("not-host");
    expect((await ask(`/api/rooms/${name}`, "DELETE", undefined, bearer)).status).toBe(204);
    const gone = await ask(`/api/rooms/${name}`);
    expect(gone.status).toBe(404);
    expect(((await gone.json()) as Problem).code).toBe("no-such-room");
    await create({ name });
  });

  it("refuses what it can't read", async () => {
    for (const body of [
      { name: "Not A Slug" },
      { capacity: 0 },
      { capacity: 1e9 },
      { visibility: "secret" },
      { unknown: 1 },
    ]) {
      const reply = await ask("/api/rooms", "POST", body);
      expect(reply.status, JSON.stringify(body)).toBe(400);
      expect(((await reply.json()) as Problem).code).toBe("bad-request");
    }
  });

  it("lists public rooms that have people in them, and no others", async () => {
    const [busy, empty, hidden] = [stage.roomName("busy"), stage.roomName("empty"), stage.roomName("hidden")];
    await create({ name: busy, title: "Busy" });
    await create({ name: empty });
    await create({ name: hidden, visibility: "private" });
    const someone = await rawJoin(stage.server.url, { room: busy, name: "Ada" });
    const listed = (await (await ask("/api/rooms")).json()) as ListedRoom[] | { rooms: ListedRoom[] };
    const rooms = Array.isArray(listed) ? listed : listed.rooms;
    expect(rooms.find((room) => room.name === busy)).toMatchObject({
      title: "Busy",
      people: 1,
      capacity: 100,
    });
    expect(rooms.map((room) => room.name)).not.toContain(empty);
    expect(rooms.map((room) => room.name)).not.toContain(hidden);
    someone.close();
  });

  it("tells everyone in the room when the host ends it", async () => {
    const name = stage.roomName("ended");
    const made = await create({ name });
    const ada = await stage.person("chromium", made.url, { name: "Ada", camera: false, mic: false });
    const bo = await stage.person("chromium", made.url, { name: "Bo", camera: false, mic: false });
    await ada.seesPeople("Bo");
    await ask(`/api/rooms/${name}`, "DELETE", undefined, { authorization: `Bearer ${made.hostToken}` });
    for (const person of [ada, bo]) {
      await person.reads(/ended/i);
      await person.seesNo("toolbar", "Call controls");
    }
  });

  it("is full at two, tells the third plainly, and has a place again when one leaves", async () => {
    const made = await create({ name: stage.roomName("pair"), capacity: 2 });
    const quiet = { camera: false, mic: false };
    const ada = await stage.person("chromium", made.url, { name: "Ada", ...quiet });
    const bo = await stage.person("chromium", made.url, { name: "Bo", ...quiet });
    await ada.seesPeople("Bo");
    await bo.seesPeople("Ada");
    const third = await stage.page("chromium");
    await third.page.goto(`${made.url}?name=Cy&mic=off&camera=off&join=now`);
    await until("the third to read that the room is full", () =>
      third.page.evaluate(() => /full/i.test(document.body.textContent ?? "")),
    );
    await bo.leave();
    await ada.seesPeople();
    const cy = await stage.person("chromium", made.url, { name: "Cy", ...quiet });
    await cy.seesPeople("Ada");
    await ada.seesPeople("Cy");
    expect([...ada.tab.problems, ...bo.tab.problems, ...cy.tab.problems]).toEqual([]);
  });

  it("sends /new to a fresh private room of its own, made in the page", async () => {
    const tabs = [await stage.page("chromium"), await stage.page("firefox")];
    const links = new Set<string>();
    for (const { page } of tabs) {
      await page.goto(`${stage.server.url}/new`);
      const link = await until("a private room's link", async () => {
        const url = page.url();
        return /\/r\/[a-z0-9-]+(\?[^#]*)?#k=[\w-]{22}$/.test(url) && url;
      });
      links.add(link);
    }
    expect(links.size).toBe(2);
    for (const link of links) {
      const secret = link.split("#k=")[1] ?? "";
      expect(stage.server.log.join("\n")).not.toContain(secret);
      for (const tab of tabs) expect(tab.requests.join("\n")).not.toContain(`?k=${secret}`);
    }
  });

  it("does not make rooms by joining where that is off, and says so on the page", async () => {
    const strict = await startServer(["--create-on-join", "off"]);
    stage.closeLater(() => strict.close());
    const raw = await rawConnect(strict.url);
    raw.send({ type: "hello", room: "nowhere", epoch: newEpoch(), name: "Ada" });
    expect((await raw.frame("closing")).code).toBe("no-such-room");
    const tab = await stage.page("chromium");
    await tab.page.goto(`${strict.url}/r/nowhere?name=Ada&mic=off&camera=off&join=now`);
    await until("the page to say that there is no such room", () =>
      tab.page.evaluate(() => /no such room/i.test(document.body.textContent ?? "")),
    );
  });
});
