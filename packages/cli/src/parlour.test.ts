import { X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { codeOf, RealClient, secret } from "../../turn/node/real-client.fixture.ts";
import { flags } from "./serve/flags.ts";
import { endAll, parlour, ready } from "./transcript.fixture.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-cli-"));
});
afterEach(async () => {
  await endAll();
  rmSync(folder, { recursive: true });
});

/** A server on a free port of this machine alone. */
const serve = (...words: string[]) =>
  parlour(["serve", "--host", "127.0.0.1", "--port", "0", "--data", join(folder, "data"), ...words]);

/** Runs to the end: exit code, stdout, stderr. */
async function transcript(words: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const run = parlour(words, variables);
  const code = await run.ended;
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}

describe("parlour", () => {
  it("without a command, with --help and with --version says so and ends well", async () => {
    expect(await transcript([])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("parlour serve [flags]"),
    });
    expect(await transcript(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it("[H2][H3] names a command that it does not have, or not yet", async () => {
    expect(await transcript(["host"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'parlour: There is no command "host". parlour --help lists the commands.\n',
    });
    expect(await transcript(["receive"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'parlour: "receive" is not available in this version of Parlour.\n',
    });
  });
});

describe("parlour serve", () => {
  it("[H1] --help lists every flag on stdout", async () => {
    const { code, stdout, stderr } = await transcript(["serve", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of Object.keys(flags)) expect(stdout).toContain(`--${name} `);
  });

  it("[H2] answers a bad value with one line and exit code 2", async () => {
    expect(await transcript(["serve", "--port", "many"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'parlour: --port must be a whole number from 0 to 65535 (it is "many"). For example: --port 3000\n',
    });
    expect(await transcript(["serve"], { PARLOUR_TLS: "please" })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^parlour: PARLOUR_TLS must be one of off, self, files .*\n$/),
    });
  });

  it("[H3] refuses what belongs to a later version with exit code 2", async () => {
    expect(await transcript(["serve", "--redis", "redis://localhost"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "parlour: --redis is not available in this version of Parlour. Leave it out.\n",
    });
  });

  it("[H4] names a taken port and the flag, with exit code 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    const { port } = other.address() as AddressInfo;
    const run = serve("--port", String(port));
    expect(await run.ended).toBe(1);
    expect([run.stdout(), run.stderr()]).toEqual([
      "",
      `parlour: Port ${port} is taken by another program. Choose another with --port NUMBER.\n`,
    ]);
    other.close();
  });

  it("[H4] names an address that is not this machine's", async () => {
    const run = serve("--host", "203.0.113.77");
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toBe(
      "parlour: 203.0.113.77 is not an address of this machine. Correct --host, or leave it out.\n",
    );
  });

  it("[H5] names a data folder that can't be used, with exit code 1", async () => {
    writeFileSync(join(folder, "file"), "");
    const run = serve("--data", join(folder, "file", "data"));
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toBe(
      `parlour: The data folder ${join(folder, "file", "data")} can't be used: part of the path is a file. Choose another with --data FOLDER.\n`,
    );
  });

  it("[H9] says in one line that the secrets are damaged, without a stack", async () => {
    const first = serve();
    await ready(first);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    writeFileSync(join(folder, "data", "secrets.json"), "{");
    const run = serve();
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toMatch(/^parlour: .*secrets\.json is damaged\. .*\n$/);
    expect(run.stdout()).toBe("");
  });

  it("[H6] says exactly once on stdout that it is ready, and then answers", async () => {
    const run = serve();
    const url = await ready(run);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/healthz`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: "ok", version: expect.any(String) },
    ]);
    expect(run.stdout().match(/Parlour is ready/g)).toHaveLength(1);
    expect(run.stderr()).toBe("");
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
  });

  it("[H1] takes its flags from the environment", async () => {
    const run = parlour(["serve"], {
      PARLOUR_HOST: "127.0.0.1",
      PARLOUR_PORT: "0",
      PARLOUR_DATA: join(folder, "elsewhere"),
      PARLOUR_LOG_LEVEL: "silent",
    });
    expect((await fetch(`${await ready(run)}/healthz`)).status).toBe(200);
    expect(statSync(join(folder, "elsewhere")).isDirectory()).toBe(true);
  });

  it("[H8] SIGTERM turns healthz 503, tells those connected, and ends with 0 within ten seconds", async () => {
    const run = serve();
    const url = await ready(run);
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1`, "parlour.v1");
    await new Promise((done) => socket.once("open", done));
    const closed = new Promise<number>((done) => socket.once("close", done));
    // One that never says anything must not hold the end up.
    const silent = connect(Number(new URL(url).port), "127.0.0.1");
    silent.on("error", () => {});
    await new Promise((done) => silent.once("connect", done));

    const started = performance.now();
    run.child.kill("SIGTERM");
    expect(await closed).toBeGreaterThanOrEqual(1000);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect(await run.ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(run.stderr()).toBe("");
  });

  it("[H8] SIGINT ends it with 0; a second signal ends it at once", async () => {
    const first = serve();
    await ready(first);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);

    const second = serve();
    const url = await ready(second);
    second.child.kill("SIGTERM");
    // Draining, which goes on for a second: the first signal has arrived.
    while ((await fetch(`${url}/healthz`)).status !== 503);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(143);
  });
});

/** GET over HTTPS with this authority trusted: status and body. */
function secureGet(url: string, ca?: string) {
  return new Promise<{ status: number | undefined; body: string }>((done, failed) => {
    get(url, ca === undefined ? { rejectUnauthorized: false } : { ca }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => done({ status: response.statusCode, body }));
    }).on("error", failed);
  });
}

/** A TURN client of that server. */
async function turnClient(transport: "udp" | "tcp" | "tls", port: number, id = "tea/ada/") {
  const client = await RealClient.connect(transport, port, { id });
  clients.push(client);
  return client;
}
const clients: RealClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.wire.close();
});

describe("parlour serve --turn", () => {
  const relay = ["--turn-secret", secret, "--turn-port", "0"];

  it("[H23][H27] closed, the default: relays over UDP, TCP and the page's port, and ends with the server", async () => {
    const run = serve(...relay);
    const url = await ready(run);
    const port = Number(/Relay: UDP (\d+), TCP \1 and TCP on the page's own port/.exec(run.stdout())?.[1]);
    const all = [
      await turnClient("udp", port),
      await turnClient("tcp", port),
      await turnClient("tcp", Number(new URL(url).port)),
    ];
    for (const client of all) expect((await client.allocate()).class).toBe("success");
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^parlour_relay_allocations_tcp 2$/m);
    run.child.kill("SIGINT");
    await all[2]?.wire.ended;
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toBe("");
  });

  it("[H23][H27] with TLS: inside it and beside it on the page's port", async () => {
    const run = serve("--tls", "self", ...relay);
    const port = Number(new URL(await ready(run)).port);
    for (const transport of ["tls", "tcp"] as const)
      expect((await (await turnClient(transport, port)).allocate()).class).toBe("success");
  });

  it("[H25] a taken port of the relay is said, and the page's port relays", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const run = serve("--turn-secret", secret, "--turn-port", String(taken.address().port));
    const url = await ready(run);
    expect(run.stdout()).toMatch(
      /UDP port \d+ of the relay is taken by another program: .*--turn-port NUMBER/,
    );
    expect((await (await turnClient("tcp", Number(new URL(url).port))).allocate()).class).toBe("success");
    taken.close();
  });

  it("[H23] without a secret it takes the one of the data folder, which only its owner can read", async () => {
    const run = serve("--turn-port", "0");
    const url = await ready(run);
    const file = join(folder, "data", "secrets.json");
    const { turnSecret } = JSON.parse(readFileSync(file, "utf8")) as { turnSecret: string };
    expect(turnSecret).toMatch(/^[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(codeOf(await (await turnClient("tcp", Number(new URL(url).port))).allocate())).toBe(401);
  });

  it("[H28] off and external leave the ports alone, and say so", async () => {
    const off = serve("--turn", "off");
    const url = await ready(off);
    expect(off.stdout()).toContain("No relay (--turn off)");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("parlour_relay");
    off.child.kill("SIGINT");
    await off.ended;
    const own = ["--turn", "external", "--turn-secret", secret, "--turn-url", "turn:turn.example.org"];
    const external = serve(...own);
    await ready(external);
    expect(external.stdout()).toContain("Relay: yours, at turn:turn.example.org");
  });

  it("[H2][H28] open without the public address is refused with one line and exit code 2", async () => {
    expect(await transcript(["serve", "--turn", "open"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "parlour: --turn open needs the address by which the world reaches this machine: --public-address ADDRESS\n",
    });
    const run = serve("--turn", "open", "--public-address", "203.0.113.5", ...relay);
    const client = await turnClient("tcp", Number(new URL(await ready(run)).port));
    expect((await client.allocate()).class).toBe("success");
    expect([...(client.relayed?.bytes ?? [])]).toEqual([203, 0, 113, 5]);
  });
});

describe("parlour serve --tls", () => {
  it("[H15] self: whoever trusts what /ca.pem gives is served; plain HTTP is sent there", async () => {
    const run = serve("--tls", "self");
    const url = await ready(run);
    expect(url).toMatch(/^https:/);
    expect(run.stdout()).toContain("/ca.pem");
    const { body: authority } = await secureGet(`${url}/ca.pem`);
    expect(run.stdout()).toContain(new X509Certificate(authority).fingerprint256);
    expect(await secureGet(`${url}/healthz`, authority)).toMatchObject({ status: 200 });
    await expect(secureGet(`${url}/healthz`, "")).rejects.toThrow(/self-signed|verify|issuer/);
    const plain = await fetch(`${url.replace("https:", "http:")}/r/a`, { redirect: "manual" });
    expect([plain.status, plain.headers.get("location")]).toEqual([308, `${url}/r/a`]);
  });

  it("[H41] self: /metrics says when the certificate ends", async () => {
    const url = await ready(serve("--tls", "self"));
    const { body } = await secureGet(`${url}/metrics`);
    const end = Number(/^parlour_certificate_end_seconds (\d+)$/m.exec(body)?.[1]) * 1000;
    expect(end).toBeGreaterThan(Date.now() + 300 * 86_400_000);
    const plain = await ready(serve("--turn", "off", "--data", join(folder, "other")));
    expect(await (await fetch(`${plain}/metrics`)).text()).not.toContain("parlour_certificate");
  });

  it("[H10] self: a restart keeps the authority", async () => {
    const authorities = [];
    for (let start = 0; start < 2; start++) {
      const run = serve("--tls", "self");
      authorities.push((await secureGet(`${await ready(run)}/ca.pem`)).body);
      run.child.kill("SIGINT");
      await run.ended;
    }
    expect(authorities[0]).toBe(authorities[1]);
  });

  it("[H14] self: a broken authority ends the start with one line", async () => {
    const first = serve("--tls", "self");
    await ready(first);
    first.child.kill("SIGINT");
    await first.ended;
    writeFileSync(join(folder, "data", "tls", "authority.json"), "");
    const run = serve("--tls", "self");
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toMatch(/^parlour: .*authority\.json can't be read .*\n$/);
  });

  it("[H18] files: a missing one ends the start with one line that names it and the flag", async () => {
    const run = serve(
      "--tls",
      "files",
      "--cert",
      join(folder, "no.pem"),
      "--key",
      join(folder, "no-key.pem"),
    );
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toBe(`parlour: ${join(folder, "no.pem")} (--cert) can't be read: ENOENT.\n`);
  });
});

describe("parlour serve --forwarder", () => {
  it("[X102] takes the number of the page's port for UDP, or the one that it is given, or is off", async () => {
    const embedded = serve("--turn", "off");
    const { port } = new URL(await ready(embedded));
    expect(embedded.stdout()).toContain(`Forwarder: UDP ${port}, for rooms too large for a mesh`);
    const end = async (run: typeof embedded) => {
      run.child.kill("SIGINT");
      await run.ended;
    };
    await end(embedded);
    const none = serve("--turn", "off", "--forwarder", "off");
    await ready(none);
    expect(none.stdout()).toMatch(/^ *No forwarder \(--forwarder off\): rooms are a mesh/m);
    await end(none);
    const other = serve("--turn", "off", "--forwarder-port", "0");
    await ready(other);
    expect(other.stdout()).toMatch(/Forwarder: UDP \d+,/);
  });

  it("[X101] says of a taken port that rooms stay meshes, and goes on", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const run = serve("--turn", "off", "--forwarder-port", String(taken.address().port));
    await ready(run);
    expect(run.stdout()).toMatch(
      /UDP port \d+ of the forwarder is taken by another program: rooms are a mesh.*--forwarder-port NUMBER/,
    );
    taken.close();
  });
});
