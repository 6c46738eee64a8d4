import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuthority, issue } from "../authority.ts";
import { listening, portOf } from "../handshake.fixture.ts";
import { openAcme } from "./acme.ts";
import { retryAfter } from "./request.ts";

const authority = createAuthority("test", ["localhost"], Date.now());
const pair = issue(authority, { names: ["localhost"], addresses: [] }, Date.now());
const hour = 3_600_000;

/** An authority that takes accounts and answers every order with this; Pebble has no limits to run into. */
async function authorityThatAnswers(status: number, headers: Record<string, string>, body: string) {
  let orders = 0;
  const server = await listening(
    createServer(pair, (request, response) => {
      const base = `https://localhost:${portOf(server)}`;
      request.resume();
      if (request.url === "/dir")
        response.end(
          JSON.stringify({ newNonce: `${base}/n`, newAccount: `${base}/a`, newOrder: `${base}/o` }),
        );
      else if (request.url === "/n") response.writeHead(200, { "replay-nonce": "bm9uY2U" }).end();
      else if (request.url === "/a") response.writeHead(201, { location: `${base}/a/1` }).end("{}");
      else {
        orders++;
        response.writeHead(status, headers).end(body);
      }
    }),
  );
  return { server, orders: () => orders, directory: `https://localhost:${portOf(server)}/dir` };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-limits-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(directory: string, now: () => number) {
  const notable: string[] = [];
  const source = openAcme(
    join(folder, "acme"),
    { domain: "meet.example.org", directory, ca: authority.cert, kinds: ["http-01"], now },
    { notable: (sentence) => notable.push(sentence), changed: () => {} },
  );
  return { source, notable };
}

const limit = JSON.stringify({
  type: "urn:ietf:params:acme:error:rateLimited",
  detail: "too many certificates already issued",
});

describe("an authority's limits", () => {
  it("[H33] are kept, also over restarts: nothing is asked before it said", async () => {
    const { server, orders, directory } = await authorityThatAnswers(429, { "retry-after": "7200" }, limit);
    let clock = Date.now();
    const { source, notable } = open(directory, () => clock);
    await source.start();
    expect(source.status).toMatchObject({
      state: "failing",
      code: "acme-rate-limited",
      reason: expect.stringContaining("too many certificates already issued."),
      nextAttempt: clock + 2 * hour,
    });
    expect(notable).toEqual([expect.stringMatching(/^acme-rate-limited: .*asked again by itself/)]);
    source.close();
    clock += hour;
    const second = open(directory, () => clock);
    await second.source.start();
    expect(orders()).toBe(1);
    clock += hour;
    await second.source.check();
    expect(orders()).toBe(2);
    second.source.close();
    server.close();
  });

  it("[H33] an answer that makes no sense is a failure like others, told in one line", async () => {
    const { server, directory } = await authorityThatAnswers(500, {}, "<html>\nupstream\n</html>");
    const { source, notable } = open(directory, Date.now);
    await source.start();
    expect(source.status).toMatchObject({ code: "acme-failed" });
    expect(notable[0]).not.toContain("\n");
    source.close();
    server.close();
  });

  it("[H33] a folder that can't be written to is said, and ends nothing", async () => {
    const { server, directory } = await authorityThatAnswers(429, {}, limit);
    const { source, notable } = open(directory, Date.now);
    // Folders in the place of files: nobody can write there, not even root.
    for (const name of ["account.json.new", "attempts.json.new"]) mkdirSync(join(folder, "acme", name));
    await source.start();
    expect(source.status).toMatchObject({ state: "failing", code: "acme-rate-limited" });
    expect(notable.join("\n")).toMatch(/attempts\.json can't be written \(EISDIR\)/);
    source.close();
    server.close();
  });

  it("come as seconds or as a date, and are at most a week", () => {
    expect(retryAfter("120", 0)).toBe(120_000);
    expect(retryAfter(new Date(5_000).toUTCString(), 0)).toBe(5_000);
    expect(retryAfter("99999999", 0)).toBe(7 * 24 * hour);
    for (const nonsense of ["soon", "-5", "", "0"]) expect(retryAfter(nonsense, 0)).toBeUndefined();
    expect(retryAfter(undefined, 0)).toBeUndefined();
  });
});
