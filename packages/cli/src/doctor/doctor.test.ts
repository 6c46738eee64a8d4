import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endAll, parlour, ready } from "../transcript.fixture.ts";
import { readRequest } from "./doctor.ts";

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

interface Report {
  url: string;
  ok: boolean;
  findings: { check: string; state: string; code: string; text: string }[];
}

/** Runs it with --json: exit code, and what it found, without what differs by whether the page was built. */
async function diagnose(url: string, ...words: string[]) {
  const run = parlour(["doctor", url, "--json", ...words]);
  const code = await run.ended;
  const report = JSON.parse(run.stdout()) as Report;
  const found = report.findings
    .filter(({ check }) => check !== "page" && check !== "policy")
    .map(({ check, state, code }) => (state === "works" ? `✓ ${check}` : `${state} ${check} ${code}`));
  return { code, found, report };
}

describe("parlour doctor", () => {
  it("[H35][H36] finds a server that works, and has its relay pass data over UDP and TCP", async () => {
    const { url } = await serve();
    const { found } = await diagnose(url);
    expect(found).toEqual([
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
    expect(untrusted.code).toBe(1);
    expect(untrusted.found).toContain("fails certificate not-trusted");
    expect(untrusted.found).toContain("✓ room");
    const { caFile } = await authorityOf(url);
    const { found } = await diagnose(url.replace("127.0.0.1", "localhost"), "--ca", caFile);
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
    expect((await diagnose(url)).report.findings.map(({ code }) => code)).toContain("not-parlour");
    expect(asked.sort()).toEqual(["/", "/healthz"]);
  });

  it("[H37] a proxy that loses the Host header is named", async () => {
    const { url } = await serve("--trust-proxy");
    const proxy = await listen(passOn(url, { host: new URL(url).host }), tunnel(url, true));
    const { code, found, report } = await diagnose(proxy);
    expect([code, found]).toEqual([1, ["✓ port", "fails websocket http-403"]]);
    expect(report.ok).toBe(false);
  });

  it("[H37] a proxy that passes no WebSockets is named", async () => {
    const { url } = await serve("--trust-proxy");
    const proxy = await listen(passOn(url, { connection: "close", upgrade: "" }));
    expect((await diagnose(proxy)).found[1]).toMatch(/^fails websocket /);
  });

  it("[H36] a relay elsewhere that does not answer is a failure when it is the only one", async () => {
    const { url } = await serve(
      ...["--turn", "external", "--turn-secret", "0123456789abcdef"],
      ...["--turn-url", "stun:127.0.0.1:9,turn:127.0.0.1:9?transport=tcp"],
    );
    const { code, found } = await diagnose(url);
    expect([code, found.slice(3)]).toEqual([
      1,
      ["degraded stun ECONNREFUSED", "fails relay-tcp connect-ECONNREFUSED", "fails relay no-relay-works"],
    ]);
  });

  it.each([
    [["--jsn"], /^There is no flag --jsn\. parlour doctor --help/],
    [["--ca"], /^--ca needs a value/],
    [["ftp://a.example"], /^"ftp:\/\/a\.example" is not the address of a server\. For example:/],
    [["a.example", "b.example"], /^One address at a time/],
  ])("[H35] %j is answered by one line", (words, line) => {
    expect(readRequest(words, {})).toMatchObject({ kind: "problem", line: expect.stringMatching(line) });
  });

  it("[H35] takes links, names, and without any the settings of this machine", () => {
    const url = (words: string[], environment = {}) => {
      const request = readRequest(words, environment);
      return request.kind === "look" ? request.target.url : request;
    };
    expect(url(["https://meet.example.org/r/tea#k=abc"])).toBe("https://meet.example.org");
    expect(url(["meet.example.org"])).toBe("https://meet.example.org");
    expect(url(["http://[::1]:3000"])).toBe("http://[::1]:3000");
    expect(url([])).toBe("http://localhost:3000");
    expect(url([], { PARLOUR_DOMAIN: "meet.example.org" })).toBe("https://meet.example.org");
    expect(url([], { PARLOUR_PORT: "8443", PARLOUR_TLS: "self" })).toBe("https://localhost:8443");
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

async function authorityOf(url: string): Promise<{ caFile: string }> {
  const { get } = await import("node:https");
  const text = await new Promise<string>((done, failed) => {
    get(`${url}/ca.pem`, { rejectUnauthorized: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => done(body));
    }).on("error", failed);
  });
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, text);
  return { caFile };
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
