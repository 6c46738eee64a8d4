import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer as createSecureServer, type Server } from "node:https";
import type { Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../../testkit/node/index.ts";
import { createFront } from "../front.ts";
import { handshake, listening } from "../handshake.fixture.ts";
import { createPlainPort } from "../redirect.ts";
import { type AcmeOptions, type AcmeSource, openAcme } from "./acme.ts";
import type { ChallengeKind } from "./order.ts";
import { type Pebble, startPebble } from "./pebble.fixture.ts";

const domain = "meet.example.org";
const hour = 3_600_000;

let ports: { http: number; tls: number };
let pebble: Pebble;
let root: string;
beforeAll(async () => {
  ports = { http: await freePort(), tls: await freePort() };
  pebble = await startPebble({ httpPort: ports.http, tlsPort: ports.tls, validSeconds: 90 * 24 * 3600 });
  root = await pebble.root();
});
afterAll(() => pebble.stop());

let folder: string;
let clock: number;
let heard: { notable: string[]; changed: number };
const open: { close(): unknown }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-acme-"));
  clock = Date.now();
  heard = { notable: [], changed: 0 };
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server as `parlour serve --domain` has it: HTTPS with the front before it, and a port of plain HTTP. */
async function serve(
  kinds: readonly ChallengeKind[],
  options: Partial<AcmeOptions> = {},
): Promise<{ source: AcmeSource; secure: Server; front: NetServer }> {
  const secure = createSecureServer((_, response) => response.end("hello"));
  const source = openAcme(
    join(folder, "acme"),
    { domain, directory: pebble.directory, ca: pebble.ca, kinds, now: () => clock, ...options },
    {
      notable: (sentence) => heard.notable.push(sentence),
      changed: (pair) => {
        heard.changed++;
        secure.setSecureContext(pair);
      },
    },
  );
  secure.setSecureContext(source.pair);
  const front = await listening(createFront(secure, undefined, source.challenges), ports.tls);
  const plain = createPlainPort(
    () => ports.tls,
    (path) => source.challenges.answer(path),
  );
  await listening(plain, ports.http);
  open.push(source, plain, front, { close: () => secure.closeAllConnections() });
  return { source, secure, front };
}

const verdict = async () => (await handshake(ports.tls, { ca: root, name: domain })).verdict;

describe("a certificate from Pebble", () => {
  it.each(["http-01", "tls-alpn-01"] as const)("[H30][H31] is given after a check by %s", async (kind) => {
    const { source } = await serve([kind]);
    expect(await verdict()).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    await source.start();
    expect(heard).toEqual({ notable: [], changed: 1 });
    expect(await verdict()).toBe("trusted");
    expect(source.status).toMatchObject({ state: "good" });
    expect(new X509Certificate(source.pair.cert).subjectAltName).toBe(`DNS:${domain}`);
  });

  it("[H31] while the authority looks in, everyone else is served, also those who speak slowly", async () => {
    const { source, front } = await serve(["tls-alpn-01"]);
    const served: Promise<string>[] = [];
    // Each connection that the authority makes is met with one of somebody else's.
    let others = 0;
    front.on("connection", () => {
      if (others++ < 3) served.push(verdict());
    });
    await source.start();
    expect(await Promise.all(served)).toHaveLength(3);
    expect(await verdict()).toBe("trusted");
  });

  it("[H31] the authority's protocol is for nobody once it has looked", async () => {
    const { source } = await serve(["tls-alpn-01"]);
    await source.start();
    const socket = connect({ port: ports.tls, host: "127.0.0.1", ALPNProtocols: ["acme-tls/1"], ca: root });
    const ended = await new Promise((done) => {
      socket.once("error", (error: NodeJS.ErrnoException) => done(error.code));
      socket.once("secureConnect", () => done(socket.alpnProtocol));
    });
    expect(ended).not.toBe("acme-tls/1");
  });

  it("[H30] is kept, readable by its owner alone, and used at the next start without asking", async () => {
    const first = await serve(["http-01"]);
    await first.source.start();
    const { cert } = first.source.pair;
    for (const one of open.splice(0)) one.close();
    const files = readdirSync(join(folder, "acme"));
    expect(files.sort()).toEqual(["account.json", "attempts.json", "certificate.json"]);
    for (const file of files) expect(statSync(join(folder, "acme", file)).mode & 0o777).toBe(0o600);
    const second = await serve(["http-01"], { directory: pebble.directory });
    expect(second.source.pair.cert).toBe(cert);
    await second.source.start();
    expect(second.source.pair.cert).toBe(cert);
    expect(heard).toEqual({ notable: [], changed: 1 });
  });

  it("[H32] is renewed with a third of its life left, for new connections, while old ones go on", async () => {
    const { source } = await serve(["tls-alpn-01"]);
    await source.start();
    const { cert } = source.pair;
    const old = connect({ port: ports.tls, host: "127.0.0.1", servername: domain, ca: root });
    await new Promise((done) => old.once("secureConnect", done));
    clock += 59 * 24 * hour;
    await source.check();
    expect(source.pair.cert).toBe(cert);
    clock += 2 * 24 * hour;
    await source.check();
    expect(source.pair.cert).not.toBe(cert);
    expect(heard).toEqual({ notable: [], changed: 2 });
    const { fingerprint } = await handshake(ports.tls, { ca: root, name: domain });
    expect(fingerprint).toBe(new X509Certificate(source.pair.cert).fingerprint256);
    const answered = new Promise<string>((done) => old.once("data", (data) => done(String(data))));
    old.write(`GET / HTTP/1.1\r\nhost: ${domain}\r\n\r\n`);
    expect(await answered).toMatch(/^HTTP\/1\.1 200/);
    old.destroy();
  });

  it("[H32] another way is tried when the first one fails, and first the next time", async () => {
    const { source } = await serve(["http-01", "tls-alpn-01"]);
    source.challenges.answer = () => "not what was asked for";
    await source.start();
    expect(heard).toEqual({ notable: [], changed: 1 });
    expect(JSON.parse(readFileSync(join(folder, "acme", "attempts.json"), "utf8"))).toMatchObject({
      kind: "tls-alpn-01",
      failures: [],
    });
  });

  it("[H33] failed checks leave the old certificate in use, say why, and are repeated ever more rarely", async () => {
    const { source } = await serve(["http-01", "tls-alpn-01"]);
    await source.start();
    const { cert } = source.pair;
    source.challenges.answer = () => undefined;
    source.challenges.isFor = () => false;
    // Pebble takes an earlier proof of the same account in one order of a hundred, even when told to take none.
    rmSync(join(folder, "acme", "account.json"));
    clock += 70 * 24 * hour;
    await source.check();
    expect(source.pair.cert).toBe(cert);
    expect(heard.notable).toHaveLength(1);
    expect(heard.notable[0]).toMatch(
      /^acme-unproven: The authority could not see that meet\.example\.org is this server, over port 80 \(http-01\): .* over port 443 \(tls-alpn-01\): .* The old certificate stays in use until \d{4}-\d\d-\d\d\. Next attempt: /,
    );
    expect(source.status).toMatchObject({
      state: "failing",
      code: "acme-unproven",
      nextAttempt: clock + 60_000,
    });
    await source.check();
    expect(heard.notable).toHaveLength(1);
    clock += 61_000;
    await source.check();
    expect(heard.notable).toHaveLength(2);
    expect(source.status).toMatchObject({ nextAttempt: clock + 300_000 });
  });

  it("[H33] attempts are remembered over a restart, which tries at once but not for ever", async () => {
    for (let start = 1; start <= 6; start++) {
      const { source } = await serve(["http-01"]);
      source.challenges.answer = () => undefined;
      await source.start();
      for (const one of open.splice(0)) one.close();
      clock += 1_000;
    }
    expect(heard.notable).toHaveLength(4);
    const { source } = await serve(["http-01"]);
    expect(source.status).toMatchObject({ state: "failing", code: "acme-unproven" });
  });

  it("[H33] a mended server gets its certificate at the next attempt, and what failed is forgotten", async () => {
    const { source } = await serve(["http-01"]);
    const { answer } = source.challenges;
    source.challenges.answer = () => undefined;
    await source.start();
    expect(source.status.state).toBe("failing");
    source.challenges.answer = answer;
    clock += 61_000;
    await source.check();
    expect(source.status.state).toBe("good");
    expect(await verdict()).toBe("trusted");
  });

  it("an authority that has forgotten the account gets it again", async () => {
    const { source } = await serve(["http-01"]);
    await source.start();
    const file = join(folder, "acme", "account.json");
    const { url } = JSON.parse(readFileSync(file, "utf8"));
    const port = Number(new URL(pebble.directory).port);
    await pebble.stop();
    pebble = await startPebble({ httpPort: ports.http, tlsPort: ports.tls, port });
    root = await pebble.root();
    // Pebble's new HTTPS certificate is under a new authority as well.
    for (const one of open.splice(0)) one.close();
    clock += 80 * 24 * hour;
    const again = await serve(["http-01"]);
    await again.source.start();
    expect(heard.notable).toEqual([]);
    expect(again.source.status.state).toBe("good");
    expect(JSON.parse(readFileSync(file, "utf8")).url).not.toBe(url);
  });
});

describe("an authority that gives nothing", () => {
  it("[H33] one that is not trusted is said to be so", async () => {
    const { source } = await serve(["http-01"], { ca: undefined });
    await source.start();
    expect(source.status).toMatchObject({
      code: "acme-untrusted",
      reason: expect.stringContaining("--acme-ca"),
    });
  });

  it("[H33] one that is not there, and one that is none", async () => {
    const gone = `https://localhost:${await freePort()}/dir`;
    const first = await serve(["http-01"], { directory: gone });
    await first.source.start();
    expect(first.source.status).toMatchObject({
      code: "acme-unreachable",
      reason: expect.stringMatching(/localhost:\d+ can't be reached \(ECONNREFUSED\).*--acme-directory/),
    });
    for (const one of open.splice(0)) one.close();
    const none = await serve(["http-01"], { directory: pebble.directory.replace("/dir", "/nonce-plz") });
    await none.source.start();
    expect(none.source.status).toMatchObject({ code: "acme-no-directory" });
  });

  it("[H33] one that refuses the name", async () => {
    const { source } = await serve(["http-01"], { domain: "blocked-domain.example" });
    await source.start();
    expect(source.status).toMatchObject({
      code: "acme-refused",
      reason: expect.stringContaining("--domain"),
    });
  });
});
