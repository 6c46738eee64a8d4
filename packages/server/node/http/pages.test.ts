import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openHouse, type TestHouse } from "../server/visit.fixture.ts";
import { expectProblem, post } from "./problem.fixture.ts";

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

describe("pages", () => {
  it("[G36] the page is at every address of its own", async () => {
    house = await openHouse({ webRoot: builtPage() });
    for (const path of ["/", "/new", "/direct", "/learn", "/inspect", "/r/tea", "/r/tea?name=Ada&join=now"]) {
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
