import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get, request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createAuthority, issue } from "../../server/node/tls/authority.ts";
import { freePort } from "../../testkit/node/index.ts";
import { endAll, parlour, ready } from "./transcript.fixture.ts";

/*
 * The configurations in docs/hosting.md, in the programs that they are for.
 */

const docs = readFileSync(fileURLToPath(new URL("../../../docs/hosting.md", import.meta.url)), "utf8");
const configuration = (language: string): string => {
  const text = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(docs)?.[1];
  if (text === undefined) throw new Error(`docs/hosting.md has no configuration of ${language}`);
  return text;
};

let folder: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-proxy-"));
});
afterEach(async () => {
  await Promise.all(
    running.splice(0).map((child) => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      return child.exitCode === null ? ended : undefined;
    }),
  );
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

function program(name: "caddy" | "nginx"): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/sbin"];
  const found = folders.map((each) => join(each, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(
      `${name} is missing. On Debian or Ubuntu, as root: apt-get install --no-install-recommends ${name} (and don't start its service).`,
    );
  return found;
}

/** Starts a proxy and waits until its port opens. */
async function start(name: "caddy" | "nginx", words: readonly string[], port: number): Promise<void> {
  let said = "";
  const child = spawn(program(name), words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  running.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      said += chunk;
    });
  const isOpen = () =>
    new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => done(true));
      socket.once("error", () => done(false));
      socket.once("close", () => socket.destroy());
      socket.once("connect", () => socket.destroy());
    });
  // The programs have no word for it that all their versions say.
  while (!(await isOpen())) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
    await delay(50);
  }
}

/** A server for a proxy, as docs/hosting.md starts it. */
async function serve(): Promise<string> {
  const flags = ["--host", "127.0.0.1", "--trust-proxy", "--port", "0", "--turn-port", "0"];
  return new URL(await ready(parlour(["serve", ...flags, "--data", join(folder, "data")]))).port;
}

async function caddy(behind: string): Promise<{ url: string; caFile: string }> {
  const [port, plain] = [await freePort(), await freePort()];
  const site = configuration("caddyfile")
    .replace("meet.example.org", `https://localhost:${port}`)
    .replace("127.0.0.1:3000", `127.0.0.1:${behind}`);
  const file = join(folder, "Caddyfile");
  writeFileSync(
    file,
    `{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttp_port ${plain}\n}\n${site}`,
  );
  await start("caddy", ["run", "--config", file, "--adapter", "caddyfile"], port);
  const caFile = join(folder, "caddy", "pki", "authorities", "local", "root.crt");
  while (!existsSync(caFile)) await delay(50);
  return { url: `https://localhost:${port}`, caFile };
}

async function nginx(behind: string): Promise<{ url: string; caFile: string }> {
  const port = await freePort();
  const authority = createAuthority("nginx", ["localhost"], Date.now());
  const pair = issue(authority, { names: ["localhost"], addresses: [] }, Date.now());
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.cert);
  writeFileSync(join(folder, "fullchain.pem"), pair.cert);
  writeFileSync(join(folder, "privkey.pem"), pair.key);
  const site = configuration("nginx")
    .replaceAll("/etc/letsencrypt/live/meet.example.org", folder)
    .replaceAll("meet.example.org", "localhost")
    .replaceAll(/listen (\[::\]:)?443/g, (_, six = "") => `listen ${six}${port}`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${behind}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((each) => `${each}_temp_path ${join(folder, each)};`)
    .join("\n");
  const file = join(folder, "nginx.conf");
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  writeFileSync(
    file,
    `${user}daemon off;\npid ${join(folder, "pid")};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`,
  );
  await start("nginx", ["-p", folder, "-c", file, "-e", "stderr"], port);
  return { url: `https://localhost:${port}`, caFile };
}

/** What the server greets a visitor with who claims to come from elsewhere: it names the country of the address that it believes. */
async function greeting(url: string, caFile?: string): Promise<string> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1`, "parlour.v1", {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    headers: { "x-forwarded-for": "8.8.8.8", "x-forwarded-host": "evil.example" },
  });
  socket.on("open", () =>
    socket.send(JSON.stringify({ type: "hello", room: "tea", epoch: "0123456789abcdef", name: "Ada" })),
  );
  const text = await new Promise<string>((done, failed) => {
    socket.once("message", (data) => done(String(data)));
    socket.once("error", failed);
  });
  socket.terminate();
  return String((JSON.parse(text) as { greeting?: string }).greeting);
}

const status = (url: string, caFile: string) =>
  new Promise<number | undefined>((done, failed) => {
    get(url, { ca: readFileSync(caFile), headers: { "x-forwarded-for": "127.0.0.1" } }, (response) => {
      response.resume();
      done(response.statusCode);
    }).on("error", failed);
  });

describe.each([
  ["Caddy", caddy],
  ["nginx", nginx],
])("behind %s, configured as the docs say", (_, front) => {
  it("[H38] everything works, and addresses are those of visitors", async () => {
    const behind = await serve();
    const { url, caFile } = await front(behind);
    const run = parlour(["doctor", url, "--json", "--ca", caFile]);
    await run.ended;
    const { findings } = JSON.parse(run.stdout()) as {
      findings: { check: string; state: string; text: string }[];
    };
    const wrong = findings.filter(({ state, check }) => state !== "works" && check !== "page");
    expect(wrong).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["certificate", "websocket", "room", "stun", "relay-udp", "relay-tcp"]),
    );
    const made = await fetchJson(`${url}/api/rooms`, caFile);
    expect(made["url"]).toMatch(new RegExp(`^${url}/r/`));
    // Whoever reaches the server itself is believed; through the proxy nobody is.
    expect(await greeting(`http://127.0.0.1:${behind}`)).toContain("from United States");
    expect(await greeting(url, caFile)).toMatch(/^Welcome to tea\. You are Ada[\w ]*\. /);
    expect(await status(`${url}/metrics`, caFile)).toBe(403);
  });
});

function fetchJson(url: string, caFile: string): Promise<Record<string, unknown>> {
  return new Promise((done, failed) => {
    const post = request(
      url,
      { method: "POST", ca: readFileSync(caFile), headers: { "content-type": "application/json" } },
      (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => done(JSON.parse(body)));
      },
    );
    post.on("error", failed);
    post.end("{}");
  });
}
