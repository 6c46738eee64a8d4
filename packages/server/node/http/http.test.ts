import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openHouse, type TestHouse, testClock } from "../server/visit.fixture.ts";

let house: TestHouse;
const folders: string[] = [];
afterEach(async () => {
  await house.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that looks like the built page. */
function builtPage(): string {
  const outer = mkdtempSync(join(tmpdir(), "parlour-web-"));
  folders.push(outer);
  writeFileSync(join(outer, "secret.txt"), "outside");
  const root = join(outer, "dist");
  mkdirSync(join(root, "assets"), { recursive: true });
  mkdirSync(join(root, "sdk"));
  writeFileSync(
    join(root, "index.html"),
    `<!doctype html><title>Parlour</title>${"<p>room</p>".repeat(300)}`,
  );
  writeFileSync(join(root, "assets", "app-3f9a.js"), "export {};");
  writeFileSync(join(root, "sdk", "parlour.js"), "export const joinRoom = 1;");
  writeFileSync(join(root, "favicon.svg"), "<svg/>");
  writeFileSync(join(root, ".env"), "hidden");
  return root;
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** A request with headers that `fetch` would not let through. */
function raw(path: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { port } = new URL(house.url);
      const sent = request({ host: "127.0.0.1", port, path, headers, method }, async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
      sent.on("error", reject);
      sent.end();
    },
  );
}

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: "about:blank", status, code });
  expect(typeof problem["detail"]).toBe("string");
  expect(typeof problem["hint"]).toBe("string");
}

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

describe("pages", () => {
  it("[G36] the page is at every address of its own", async () => {
    house = await openHouse({ webRoot: builtPage() });
    for (const path of ["/", "/new", "/direct", "/learn", "/r/tea", "/r/tea?name=Ada&join=now"]) {
      const response = await house.fetch(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(await response.text()).toContain("<title>Parlour</title>");
    }
    const asset = await house.fetch("/assets/app-3f9a.js");
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-type")).toContain("javascript");
    expect((await house.fetch("/favicon.svg")).headers.get("content-type")).toBe("image/svg+xml");
    expect((await house.fetch("/", { method: "HEAD" })).status).toBe(200);
  });

  it("[G36] what did not change is not sent again, and what is large is compressed", async () => {
    house = await openHouse({ webRoot: builtPage() });
    const first = await raw("/", { "accept-encoding": "gzip, br" });
    expect(first.headers["content-encoding"]).toBe("br");
    const etag = String(first.headers["etag"]);
    const again = await raw("/", { "if-none-match": etag });
    expect(again).toMatchObject({ status: 304, body: "" });
    expect((await raw("/", { "accept-encoding": "br;q=0, gzip" })).headers["content-encoding"]).toBe("gzip");
    expect((await raw("/", {})).headers["content-encoding"]).toBeUndefined();
  });

  it("[G36] nothing outside the folder of the page, and no hidden file, is ever given", async () => {
    house = await openHouse({ webRoot: builtPage() });
    for (const path of [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/assets/%2e%2e/%2e%2e/secret.txt",
      "/assets/....//secret.txt",
      "/assets/..\\..\\secret.txt",
      "/sdk/%00",
      "/.env",
      "/assets/.env",
      "/assets/",
      "/assets",
    ]) {
      const { status, body } = await raw(path, {});
      expect([400, 404]).toContain(status);
      expect(body).not.toMatch(/outside|hidden/);
    }
  });

  it("[G36] without a built page a plain 503 says what to run", async () => {
    house = await openHouse({ webRoot: join(tmpdir(), "parlour-not-built") });
    const response = await house.fetch("/new");
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toContain("npm run build");
  });

  it("[G51] a person who opens an address that is none gets the page with 404, a program gets JSON", async () => {
    house = await openHouse({ webRoot: builtPage() });
    const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
    for (const path of ["/nonsense", "/r/tea/more", "/no-such.html"]) {
      const seen = await house.fetch(path, { headers: browser });
      expect(seen.status, path).toBe(404);
      expect(seen.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(seen.headers.get("cache-control")).toBe("no-store");
      expect(seen.headers.get("vary")).toContain("accept");
      expect(seen.headers.get("content-security-policy")).toContain("default-src");
      expect(await seen.text()).toContain("<title>Parlour</title>");
      await expectProblem(await house.fetch(path), 404, "not-found");
    }
    await expectProblem(
      await house.fetch("/nonsense", { method: "POST", headers: browser }),
      404,
      "not-found",
    );
    await expectProblem(await house.fetch("/api/nothing", { headers: browser }), 404, "not-found");
  });

  it("[G37] the SDK may be imported by pages of allowed origins", async () => {
    house = await openHouse({ webRoot: builtPage(), allowedOrigins: ["https://app.example.org"] });
    const from = (origin: string, path = "/sdk/parlour.js", init: RequestInit = {}) =>
      house.fetch(path, { ...init, headers: { origin, ...init.headers } });
    const allowed = await from("https://app.example.org");
    expect(await allowed.text()).toContain("joinRoom");
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.org");
    expect(allowed.headers.get("vary")).toContain("origin");
    expect((await from("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    const asks = await from("https://app.example.org", "/api/rooms", { method: "OPTIONS" });
    expect(asks.status).toBe(204);
    expect(asks.headers.get("access-control-allow-methods")).toBe("GET, POST");
    expect(asks.headers.get("access-control-allow-headers")).toBe("content-type, authorization");
    await expectProblem(await from("https://evil.example", "/api/rooms", post({})), 403, "forbidden-origin");
    expect((await from("https://app.example.org", "/api/rooms", post({}))).status).toBe(201);
  });

  it("[G38] the host's authority can be downloaded when there is one", async () => {
    const der = Buffer.from("not really a certificate");
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
    house = await openHouse({ caCertificate: pem });
    expect(await (await house.fetch("/ca.pem")).text()).toBe(pem);
    const crt = await house.fetch("/ca.crt");
    expect(crt.headers.get("content-type")).toBe("application/x-x509-ca-cert");
    expect(Buffer.from(await crt.arrayBuffer())).toEqual(der);
    await house.close();
    house = await openHouse();
    await expectProblem(await house.fetch("/ca.pem"), 404, "not-found");
    expect((await house.fetch("/ca.pem", { method: "HEAD" })).status).toBe(204);
  });
});

describe("security headers", () => {
  it("[G35] every answer carries them", async () => {
    house = await openHouse({ webRoot: builtPage() });
    for (const path of [
      "/",
      "/assets/app-3f9a.js",
      "/api/rooms",
      "/nothing",
      "/healthz",
      "/metrics",
      "/sdk/parlour.js",
    ]) {
      const { headers } = await house.fetch(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain(`connect-src 'self' ${house.url.replace("http", "ws")};`);
      expect(policy).toContain("frame-ancestors 'self'");
      expect(policy).not.toMatch(/unsafe|\*|https:/);
      expect(headers.get("permissions-policy")).toContain("camera=(self)");
      expect(headers.get("permissions-policy")).toContain("geolocation=()");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("strict-transport-security")).toBeNull();
    }
  });

  it("[G35] the opener policy only where browsers heed it", async () => {
    house = await openHouse();
    const policy = async (host: string) =>
      (await raw("/healthz", { host })).headers["cross-origin-opener-policy"];
    expect(await policy("localhost:3000")).toBe("same-origin");
    expect(await policy("[::1]:3000")).toBe("same-origin");
    expect(await policy("192.0.2.7:3000")).toBeUndefined();
  });

  it("[G35] HSTS only over TLS with a public name; a strange Host never gets into a header", async () => {
    house = await openHouse({ trustProxy: true });
    const hsts = async (host: string, proto: string) =>
      (await raw("/healthz", { host, "x-forwarded-proto": proto })).headers["strict-transport-security"];
    expect(await hsts("meet.example.org", "https")).toBe("max-age=31536000");
    expect(await hsts("meet.example.org", "http")).toBeUndefined();
    for (const host of ["localhost:3000", "laptop.local", "192.168.1.5", "[::1]:3000", "laptop"]) {
      expect(await hsts(host, "https")).toBeUndefined();
    }
    const strange = await raw("/healthz", { host: "a.example; script-src *" });
    expect(strange.status).toBe(400);
    expect(String(strange.headers["content-security-policy"])).toContain("connect-src 'self';");
  });
});
