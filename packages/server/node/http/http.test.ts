import { afterEach, describe, expect, it } from "vitest";
import { openHouse, type TestHouse, testClock } from "../server/visit.fixture.ts";
import { expectProblem, post } from "./problem.fixture.ts";

let house: TestHouse;
afterEach(async () => {
  await house.close();
});

describe("rooms over HTTP", () => {
  it("[G29] makes a room, and says so when there is one of that name", async () => {
    house = await openHouse();
    const made = await house.fetch("/api/rooms", post({ name: "tea", title: "Tea at four", capacity: 5 }));
    expect(made.status).toBe(201);
    expect(await made.json()).toEqual({
      name: "tea",
      visibility: "public",
      url: `${house.url}/r/tea`,
      hostToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(made.headers.get("location")).toBe("/api/rooms/tea");
    await expectProblem(await house.fetch("/api/rooms", post({ name: "tea" })), 409, "room-exists");
    const facts = await (await house.fetch("/api/rooms/tea")).json();
    expect(facts).toEqual({
      name: "tea",
      title: "Tea at four",
      people: 0,
      capacity: 5,
      visibility: "public",
      hasPasscode: false,
      locked: false,
      knock: false,
    });
  });

  it("[G29] makes up a name where none is given, and keeps the room's secret out of the link", async () => {
    house = await openHouse();
    for (const visibility of ["public", "private"]) {
      const made = (await (await house.fetch("/api/rooms", post({ visibility }))).json()) as {
        name: string;
        url: string;
      };
      expect(made.name).toMatch(/^[a-z0-9][a-z0-9-]+[a-z0-9]$/);
      expect(made.url).toBe(`${house.url}/r/${made.name}`);
    }
    const empty = await house.fetch("/api/rooms", { method: "POST" });
    expect(empty.status).toBe(201);
    // A prototype is not a field.
    const sly = await house.fetch("/api/rooms", post('{"__proto__":{"name":"polluted"},"title":"Tea"}'));
    expect(await sly.json()).not.toHaveProperty("name", "polluted");
  });

  it("[G29][G6] the link names the host by which the request came; a proxy is believed only when it is trusted", async () => {
    const forwarded = { "x-forwarded-host": "meet.example.org", "x-forwarded-proto": "https" };
    house = await openHouse();
    const direct = await (await house.fetch("/api/rooms", post({ name: "tea" }, forwarded))).json();
    expect(direct).toMatchObject({ url: `${house.url}/r/tea` });
    await house.close();
    house = await openHouse({ trustProxy: true });
    const proxied = await (await house.fetch("/api/rooms", post({ name: "tea" }, forwarded))).json();
    expect(proxied).toMatchObject({ url: "https://meet.example.org/r/tea" });
    const odd = { "x-forwarded-host": 'evil.example/"><script>' };
    const strange = await (await house.fetch("/api/rooms", post({ name: "tea2" }, odd))).json();
    expect(strange).toMatchObject({ url: "/r/tea2" });
  });

  it("[G30] whatever is wrong with a request has a code and a hint, and is not echoed", async () => {
    house = await openHouse();
    const bad = async (init: RequestInit, status: number, code: string): Promise<void> => {
      const response = await house.fetch("/api/rooms", init);
      const copy = response.clone();
      await expectProblem(response, status, code);
      expect(await copy.text()).not.toContain("MARK");
    };
    await bad(post("{MARK"), 400, "bad-request");
    await bad(post({ name: "No Such MARK Name!" }), 400, "bad-request");
    await bad(post({ MARK: true }), 400, "bad-request");
    await bad(post({ capacity: 0 }), 400, "bad-request");
    await bad(post({ capacity: 1e9 }), 400, "bad-request");
    await bad(post({ title: "MARK".repeat(100) }), 400, "bad-request");
    await bad(post("[]"), 400, "bad-request");
    await bad(post("null"), 400, "bad-request");
    await bad(post({}, { "content-type": "text/plain" }), 415, "bad-request");
    await bad(post({ title: "x".repeat(20_000) }), 413, "too-large");
    await bad(post({ title: "fuck it" }), 400, "profanity");
    const wrong = await house.fetch("/api/rooms", { method: "PATCH" });
    expect(wrong.headers.get("allow")).toBe("GET, POST");
    await expectProblem(wrong, 405, "bad-request");
    await expectProblem(await house.fetch("/api/rooms/tea", { method: "PUT" }), 405, "bad-request");
    await expectProblem(await house.fetch("/healthz", { method: "POST" }), 405, "bad-request");
    await expectProblem(await house.fetch("/r/tea", { method: "POST" }), 405, "bad-request");
    for (const path of ["/api", "/api/", "/api/nothing", "/nothing", "/sdk/nothing.js", "/v2"]) {
      await expectProblem(await house.fetch(path), 404, "not-found");
    }
    await expectProblem(await house.fetch("/v1"), 426, "bad-request");
    await expectProblem(await house.fetch("/api/rooms/No%20Such"), 404, "no-such-room");
  });

  it("[G31] only the host token ends a room", async () => {
    house = await openHouse();
    const { hostToken } = (await (await house.fetch("/api/rooms", post({ name: "tea" }))).json()) as {
      hostToken: string;
    };
    const end = (authorization?: string, name = "tea") =>
      house.fetch(`/api/rooms/${name}`, {
        method: "DELETE",
        ...(authorization === undefined ? {} : { headers: { authorization } }),
      });
    await expectProblem(await end(), 401, "not-host");
    await expectProblem(await end("Basic abc"), 401, "not-host");
    await expectProblem(await end("Bearer wrong"), 403, "not-host");
    await expectProblem(await end(`Bearer ${hostToken}`, "coffee"), 404, "no-such-room");
    expect((await end(`Bearer ${hostToken}`)).status).toBe(204);
    await expectProblem(await end(`Bearer ${hostToken}`), 404, "no-such-room");
  });

  it("[G31] a room made by joining has no token that ends it", async () => {
    house = await openHouse();
    await (await house.visit()).enter("tea");
    const response = await house.fetch("/api/rooms/tea", {
      method: "DELETE",
      headers: { authorization: "Bearer x" },
    });
    await expectProblem(response, 403, "not-host");
  });

  it("[G32] the list has public rooms with people in them, and no others", async () => {
    house = await openHouse();
    await house.fetch("/api/rooms", post({ name: "tea", title: "Tea" }));
    await house.fetch("/api/rooms", post({ name: "empty" }));
    await (await house.visit()).enter("tea", { name: "Ada" });
    await (await house.visit()).enter("tea", { name: "Bo" });
    await (await house.visit()).enter("shut", {
      id: "A".repeat(22),
      key: "B".repeat(22),
      card: "C".repeat(40),
    });
    expect(await (await house.fetch("/api/rooms")).json()).toEqual([
      { name: "tea", title: "Tea", people: 2, capacity: 100, names: ["Ada", "Bo"] },
    ]);
  });

  it("[G50] the list names the first people of rooms that anyone may enter", async () => {
    house = await openHouse();
    await house.fetch("/api/rooms", post({ name: "shut", passcode: "sesame" }));
    for (let guest = 1; guest <= 9; guest += 1) {
      await (await house.visit()).enter("tea", { name: `Guest ${guest}` });
    }
    await (await house.visit()).enter("shut", { name: "Bo", passcode: "sesame" });
    expect(await (await house.fetch("/api/rooms")).json()).toEqual([
      { name: "shut", people: 1, capacity: 100 },
      {
        name: "tea",
        people: 9,
        capacity: 100,
        names: Array.from({ length: 8 }, (_, index) => `Guest ${index + 1}`),
      },
    ]);
    // Who knows a room's name learns how many are there, not who.
    expect(await (await house.fetch("/api/rooms/tea")).json()).not.toHaveProperty("names");
  });

  it("[G34] requests and new rooms are limited per address", async () => {
    const clock = testClock();
    house = await openHouse(
      {},
      {
        clock,
        rates: {
          roomsPerAddress: { burst: 2, perSecond: 0.1 },
          requestsPerAddress: { burst: 5, perSecond: 1 },
        },
      },
    );
    for (let i = 0; i < 2; i++) expect((await house.fetch("/api/rooms", post({}))).status).toBe(201);
    const room = await house.fetch("/api/rooms", post({}));
    expect(room.headers.get("retry-after")).toBe("10");
    await expectProblem(room, 429, "too-many");
    for (let i = 0; i < 2; i++) expect((await house.fetch("/healthz")).status).toBe(200);
    const any = await house.fetch("/healthz");
    expect(any.headers.get("content-security-policy")).toContain("default-src 'none'");
    await expectProblem(any, 429, "too-many");
    clock.advance(1_000);
    expect((await house.fetch("/healthz")).status).toBe(200);
  });

  it("[G34] rooms made by joining count along with those made over HTTP, and joining a room that is there does not", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock, rates: { roomsPerAddress: { burst: 2, perSecond: 0.1 } } });
    expect((await house.fetch("/api/rooms", post({}))).status).toBe(201);
    await (await house.visit()).enter("tea");
    expect(await (await house.visit()).knock("coffee")).toMatchObject({
      code: "too-many",
      retryAfterMs: 10_000,
    });
    await (await house.visit()).enter("tea");
    clock.advance(10_000);
    await (await house.visit()).enter("coffee");
  });
});

describe("metrics", () => {
  it("[G33] this machine may look, others need the token", async () => {
    house = await openHouse({ metricsToken: "a long token" });
    await (await house.visit()).enter("tea");
    const near = await house.fetch("/metrics");
    expect(near.headers.get("content-type")).toContain("text/plain");
    const text = await near.text();
    expect(text).toContain("parlour_people 1");
    expect(text).toContain("parlour_joins_total 1");
    expect(text).toContain("process_resident_memory_bytes");
    expect(text).not.toContain("127.0.0.1");
    const far = { "x-forwarded-for": "192.0.2.1" };
    await expectProblem(await house.fetch("/metrics", { headers: far }), 403, "forbidden");
    const wrong = { ...far, authorization: "Bearer another token" };
    await expectProblem(await house.fetch("/metrics", { headers: wrong }), 403, "forbidden");
    const right = { ...far, authorization: "Bearer a long token" };
    expect((await house.fetch("/metrics", { headers: right })).status).toBe(200);
  });

  it("[G33] behind a trusted proxy the visitor's address counts", async () => {
    house = await openHouse({ trustProxy: true });
    await expectProblem(
      await house.fetch("/metrics", { headers: { "x-forwarded-for": "127.0.0.1, 192.0.2.1" } }),
      403,
      "forbidden",
    );
    expect((await house.fetch("/metrics")).status).toBe(200);
  });
});
