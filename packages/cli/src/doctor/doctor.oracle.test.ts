import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { get } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findings, type Target } from "@parlour/cli/checks";
import { createParlourServer } from "@parlour/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { look } from "../checks/look.ts";
import { targetOf } from "../checks/target.ts";
import { endAll, parlour, ready } from "../transcript.fixture.ts";

let folder = "";
const open: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-doctor-"));
});
afterEach(async () => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
  await endAll();
  rmSync(folder, { recursive: true });
});

async function serve(...words: string[]) {
  const run = parlour([
    ...["serve", "--host", "127.0.0.1", "--port", "0", "--turn-port", "0"],
    ...["--data", join(folder, "data"), ...words],
  ]);
  return { run, url: await ready(run) };
}

/** What it finds, without what differs by whether the page was built. */
async function diagnose(url: string, ca?: string) {
  const target = targetOf(url) as Target;
  const looking = { timeoutMs: 5_000, ...(ca === undefined ? {} : { ca: [ca] }) };
  const all = findings(await look(target, "outside", looking));
  return all
    .filter(({ check }) => check !== "page" && check !== "policy")
    .map(({ check, state, code }) => (state === "works" ? `✓ ${check}` : `${state} ${check} ${code}`));
}

describe("parlour doctor", () => {
  it("[H35][H36] finds a server that works, and has its relay pass data over UDP and TCP", async () => {
    const { url } = await serve();
    const run = parlour(["doctor", url, "--json"]);
    const code = await run.ended;
    const report = JSON.parse(run.stdout()) as { url: string; ok: boolean };
    // Without the page, which tests don't build, it is not fine.
    expect([report.url, report.ok]).toEqual([url, code === 0]);
    expect(await diagnose(url)).toEqual([
      ...["✓ port", "✓ websocket", "✓ room", "✓ stun", "✓ relay-udp", "✓ relay-tcp", "✓ relay-tcp"],
    ]);
    // What it took it gives back; the server hears of it after the command has ended.
    const allocated = async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return [...text.matchAll(/^parlour_relay_allocations_(?:udp|tcp) (\d+)$/gm)].map(([, count]) => count);
    };
    let left = await allocated();
    for (; left.some((count) => count !== "0"); left = await allocated()) await delay(20);
    expect(left).toHaveLength(2);
    expect(await (await fetch(`${url}/api/rooms`)).json()).toEqual([]);
  });

  it("[H35][H36] takes a room over HTTP where opening a link makes none, and TLS with its authority", async () => {
    const { url } = await serve("--tls", "self", "--create-on-join", "off");
    const untrusted = await diagnose(url);
    expect(untrusted).toContain("fails certificate not-trusted");
    expect(untrusted).toContain("✓ room");
    const found = await diagnose(url.replace("127.0.0.1", "localhost"), await authorityOf(url));
    expect(found.filter((each) => !each.includes(" port"))).toEqual([
      ...["✓ name", "✓ certificate", "✓ websocket", "✓ room", "✓ stun"],
      ...["✓ relay-udp", "✓ relay-tcp", "✓ relay-tls"],
    ]);
  });

  it("[H35] says in words what is wrong, with the exit code 1", async () => {
    const run = parlour(["doctor", "http://127.0.0.1:1"]);
    expect(await run.ended).toBe(1);
    expect(run.stdout()).toBe(
      "http://127.0.0.1:1\n✗ TCP port 1 does not open at 127.0.0.1 (ECONNREFUSED).\n    Nothing listens there: is the server running, on this port (--port), on all addresses (--host)?\n\n1 of 1 checks failed.\n",
    );
  });

  it("[H37] something else that answers is not asked for more", async () => {
    const asked: string[] = [];
    const url = await listen((incoming, response) => {
      asked.push(incoming.url ?? "");
      response.end("hello");
    });
    const all = findings(await look(targetOf(url) as Target, "outside", { timeoutMs: 5_000 }));
    expect(all.map(({ code }) => code)).toContain("not-parlour");
    expect(asked.sort()).toEqual(["/", "/healthz"]);
  });

  it("[H37] a proxy that loses the Host header is named", async () => {
    const { url } = await serve("--trust-proxy");
    const proxy = await listen(passOn(url, { host: new URL(url).host }), tunnel(url, true));
    expect(await diagnose(proxy)).toEqual(["✓ port", "fails websocket http-403"]);
  });

  it("[H37] a proxy that passes no WebSockets is named", async () => {
    const { url } = await serve("--trust-proxy");
    const proxy = await listen(passOn(url, { connection: "close", upgrade: "" }));
    expect((await diagnose(proxy))[1]).toMatch(/^fails websocket /);
  });

  it("[H75] a server below a path is looked at there, through a proxy that strips the path and one that does not", async () => {
    const { url } = await serve("--trust-proxy");
    const works = ["✓ port", "✓ websocket", "✓ room", "✓ stun", "✓ relay-udp", "✓ relay-tcp"];
    const strip = (path = "") => path.replace(/^\/meet(?=\/)/, "");
    const below = await listen(
      (incoming, response) => {
        if (!incoming.url?.startsWith("/meet/")) return void response.writeHead(404).end();
        incoming.url = strip(incoming.url);
        passOn(url, {})(incoming, response);
      },
      (incoming, socket, head) => {
        if (!incoming.url?.startsWith("/meet/")) return void socket.destroy();
        incoming.url = strip(incoming.url);
        tunnel(url, false)(incoming, socket, head);
      },
    );
    expect(await diagnose(`${below}/meet`)).toEqual(works);
    expect(await diagnose(`${below}/meet/r/tea`)).toEqual(works);
    const above = findings(await look(targetOf(below) as Target, "outside", { timeoutMs: 5_000 }));
    expect(above.map(({ code }) => code)).toContain("not-parlour");

    const mounted = await createParlourServer({ basePath: "/meet" });
    const http = createServer();
    open.push(http);
    mounted.attach(http);
    await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
    const { port } = http.address() as AddressInfo;
    expect((await diagnose(`http://127.0.0.1:${port}/meet`)).slice(0, 3)).toEqual(works.slice(0, 3));
    await mounted.close();
  });

  it("[H36] a relay elsewhere that does not answer is a failure when it is the only one", async () => {
    const { url } = await serve(
      ...["--turn", "external", "--turn-secret", "0123456789abcdef"],
      ...["--turn-url", "stun:127.0.0.1:9,turn:127.0.0.1:9?transport=tcp"],
    );
    expect((await diagnose(url)).slice(3)).toEqual([
      ...["degraded stun ECONNREFUSED", "fails relay-tcp connect-ECONNREFUSED", "fails relay no-relay-works"],
    ]);
  });

  it("[H35] --help says how, and a wrong flag ends with 2", async () => {
    const run = parlour(["doctor", "--help"]);
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toContain("parlour doctor [URL] [--json] [--ca FILE]");
    const bad = parlour(["doctor", "--nonsense"]);
    expect(await bad.ended).toBe(2);
    expect(bad.stderr()).toMatch(/^parlour: There is no flag --nonsense\..*\n$/);
  });
});

describe("parlour serve --self-test", () => {
  /** Settles when the server has said this on stdout. */
  function says({ child, stdout }: ReturnType<typeof parlour>, words: RegExp): Promise<void> {
    return new Promise((done) => {
      const look = () => words.test(stdout()) && done();
      child.stdout?.on("data", look);
      look();
    });
  }

  it("[H34] says after the ready line what works", async () => {
    const { run } = await serve("--self-test", "on");
    await says(
      run,
      /^Self-test at http:\/\/127\.0\.0\.1:\d+: .*WebSocket, STUN, relay over UDP, TCP work\.$/m,
    );
    expect(run.stdout()).toMatch(/^Parlour is ready at/);
    expect(run.stderr()).toBe("");
  });

  it("[H34] trusts its own authority as its users do, and tries TLS as well", async () => {
    const { run } = await serve("--self-test", "on", "--tls", "self", "--log-level", "debug");
    await says(run, /relay over UDP, TCP, TLS work\.$/m);
    expect(run.stdout()).not.toMatch(/warn of the certificate/);
    expect(run.stderr()).toContain('"msg":"self-test"');
  });

  it("[H34] says what can't be told from behind a proxy", async () => {
    const { run } = await serve("--self-test", "on", "--trust-proxy");
    await says(run, /What the proxy in front does .*parlour doctor https:/);
  });

  it("[H34] ends with the server", async () => {
    const { run } = await serve("--self-test", "on");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toBe("");
  });
});

function authorityOf(url: string): Promise<string> {
  return new Promise((done, failed) => {
    get(`${url}/ca.pem`, { rejectUnauthorized: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => done(body));
    }).on("error", failed);
  });
}

type Handler = Parameters<typeof createServer>[1];

/** A server in front; the URL that it is at. */
async function listen(handle: Handler, upgrade?: (...of: Parameters<Upgrade>) => void): Promise<string> {
  const server = createServer(handle as never);
  if (upgrade !== undefined) server.on("upgrade", upgrade);
  open.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Passes requests on with these headers changed. */
const passOn =
  (url: string, changed: Record<string, string>): NonNullable<Handler> =>
  (incoming, response) => {
    const headers = { ...incoming.headers, ...changed };
    const on = request(`${url}${incoming.url}`, { method: incoming.method ?? "GET", headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    on.on("error", () => response.destroy());
    incoming.pipe(on);
  };

type Upgrade = (
  incoming: import("node:http").IncomingMessage,
  socket: import("node:stream").Duplex,
  head: Buffer,
) => void;

/** Passes upgrades on; with the Host header of the server behind when `losesHost`. */
const tunnel =
  (url: string, losesHost: boolean): Upgrade =>
  (incoming, socket) => {
    const { port, host } = new URL(url);
    const behind = connect(Number(port), "127.0.0.1", () => {
      const headers = Object.entries({ ...incoming.headers, ...(losesHost ? { host } : {}) });
      behind.write(
        `GET ${incoming.url} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}`).join("\r\n")}\r\n\r\n`,
      );
      behind.pipe(socket).pipe(behind);
    });
    behind.on("error", () => socket.destroy());
    socket.on("error", () => behind.destroy());
  };
