import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Pebble, startPebble } from "../../server/node/tls/acme/pebble.fixture.ts";
import { freePort } from "../../testkit/node/index.ts";
import { codeOf, RealClient, secret } from "../../turn/node/real-client.fixture.ts";
import { endAll, parlour, ready } from "./transcript.fixture.ts";

const domain = "meet.example.org";
let ports: { http: number; tls: number };
let pebble: Pebble;
let root: string;
beforeAll(async () => {
  ports = { http: await freePort(), tls: await freePort() };
  pebble = await startPebble({ httpPort: ports.http, tlsPort: ports.tls });
  root = await pebble.root();
});
afterAll(() => pebble.stop());

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-domain-"));
});
afterEach(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

const serve = (...words: string[]) =>
  parlour([
    ...["serve", "--host", "127.0.0.1", "--port", String(ports.tls), "--data", join(folder, "data")],
    ...["--domain", domain, "--acme-directory", pebble.directory, "--acme-ca", pebble.caFile],
    ...["--turn-port", "0", "--turn-secret", secret, ...words],
  ]);

/** As a visitor who trusts the authority's root and nothing else; the status. */
function visit(path: string, ca = root): Promise<number | undefined> {
  return new Promise((done, failed) => {
    const url = `https://${domain}:${ports.tls}${path}`;
    // The public name leads nowhere here.
    get(
      url,
      { ca, lookup: (_, __, found) => found(null, [{ address: "127.0.0.1", family: 4 }]) },
      (response) => {
        response.resume();
        done(response.statusCode);
      },
    ).on("error", failed);
  });
}

describe("parlour serve --domain", () => {
  it("[H30][H31] with both ports: has a certificate when it is ready, serves page and relay, redirects", async () => {
    const run = serve("--http-port", String(ports.http));
    expect(await ready(run)).toBe(`https://${domain}:${ports.tls}`);
    expect(run.stdout()).toMatch(/Certificate: from localhost:\d+, until \d{4}-\d\d-\d\d, renewed by itself/);
    expect(await visit("/healthz")).toBe(200);
    const client = await RealClient.connect("tls", ports.tls, { id: "tea/ada/" });
    expect(codeOf(await client.allocate())).toBeUndefined();
    client.wire.close();
    const plain = await fetch(`http://127.0.0.1:${ports.http}/r/tea?name=Ada`, { redirect: "manual" });
    expect([plain.status, plain.headers.get("location")]).toEqual([
      308,
      `https://127.0.0.1:${ports.tls}/r/tea?name=Ada`,
    ]);
    expect(run.stderr()).toBe("");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(0);
  });

  it("[H31] without the port of plain HTTP the one of the page is enough, and a restart asks nobody", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const run = serve("--http-port", String((taken.address() as AddressInfo).port));
    await ready(run);
    expect(run.stdout()).toMatch(/Port \d+ is taken by another program\. So nobody is sent .*--http-port/);
    expect(await visit("/healthz")).toBe(200);
    run.child.kill("SIGINT");
    await run.ended;
    taken.close();
    const again = serve("--http-port", "off", "--acme-directory", pebble.directory);
    await ready(again);
    expect(await visit("/healthz")).toBe(200);
  });

  it("[H33] when the authority can't see the server it says why, and serves all the same", async () => {
    const away = await freePort();
    const run = serve("--port", String(away), "--http-port", "off");
    await ready(run);
    expect(run.stdout()).toMatch(
      /No certificate yet, so browsers warn \(acme-unproven\): .* over port 443 \(tls-alpn-01\): .*Open port 443 to the internet.* Next attempt: .* UTC/,
    );
    expect(run.stderr()).toMatch(/"level":40,.*acme-unproven/);
    expect((await fetch(`http://127.0.0.1:${away}/`, { redirect: "manual" })).status).toBe(308);
  });

  it("[H33] a file of --acme-ca that is none ends the start with one line", async () => {
    const file = join(folder, "none.pem");
    writeFileSync(file, "nothing");
    const run = serve("--acme-ca", file);
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toBe(`parlour: ${file} (--acme-ca) holds no certificate in PEM form.\n`);
  });
});
