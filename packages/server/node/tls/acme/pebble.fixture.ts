/**
 * Pebble, Let's Encrypt's authority for tests (Debian: pebble), with a DNS server that sends every name to this machine. It asks
 * on ports of our choosing, and signs with a root of its own that is new at each start.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { freePort } from "../../../../testkit/node/index.ts";
import { createAuthority, issue } from "../authority.ts";
import { acmeRequest } from "./request.ts";

export interface Pebble {
  /** URL of the directory. */
  readonly directory: string;
  /** PEM of the authority that Pebble's own HTTPS is trusted by, as a file and as text. */
  readonly caFile: string;
  readonly ca: string;
  /** PEM of the root under which it signs. */
  root(): Promise<string>;
  stop(): Promise<void>;
}

function program(name: string): string {
  const named = process.env["PARLOUR_PEBBLE"];
  if (named) return name === "pebble" ? named : join(dirname(named), name);
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin"];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${name} is missing. On Debian or Ubuntu, as root: apt-get install pebble`);
  return found;
}

/** Settles when the program has written this. */
function says(child: ChildProcess, words: RegExp): Promise<void> {
  return new Promise((done, failed) => {
    let text = "";
    const look = (part: Buffer) => {
      text += part;
      if (words.test(text)) done();
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("exit", (code) => failed(new Error(`It ended with ${code}: ${text}`)));
  });
}

/** Settles when something listens there: Pebble says that it does a moment before. */
async function listens(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isThere = await new Promise<boolean>((done) =>
      socket.once("connect", () => done(true)).once("error", () => done(false)),
    );
    socket.destroy();
    if (isThere) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Starts it. It looks for `http-01` on `httpPort` and for `tls-alpn-01` on `tlsPort`. */
export async function startPebble({
  httpPort,
  tlsPort,
  port,
  validSeconds,
}: {
  httpPort: number;
  tlsPort: number;
  /** Where it listens; default: a free one. */
  port?: number;
  validSeconds?: number;
}): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), "parlour-pebble-"));
  const authority = createAuthority("pebble", ["localhost"], Date.now());
  const own = issue(authority, { names: ["localhost"], addresses: ["127.0.0.1"] }, Date.now());
  const [caFile, certificate, privateKey] = ["ca.pem", "cert.pem", "key.pem"].map((each) =>
    join(folder, each),
  ) as [string, string, string];
  writeFileSync(caFile, authority.cert);
  writeFileSync(certificate, own.cert);
  writeFileSync(privateKey, own.key);
  const [listen, management, dns, dnsManagement] = [
    port ?? (await freePort()),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const config = join(folder, "config.json");
  writeFileSync(
    config,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${listen}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate,
        privateKey,
        httpPort,
        tlsPort,
        domainBlocklist: ["blocked-domain.example"],
        ...(validSeconds === undefined ? {} : { certificateValidityPeriod: validSeconds }),
      },
    }),
  );
  const names = spawn(
    program("pebble-challtestsrv"),
    // No ports for challenges of its own: it is here for names alone.
    ["-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${dnsManagement}`, "-defaultIPv6", ""].concat([
      "-http01",
      "",
      "-https01",
      "",
      "-tlsalpn01",
      "",
    ]),
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const pebble = spawn(program("pebble"), ["-config", config, "-dnsserver", `127.0.0.1:${dns}`], {
    stdio: ["ignore", "pipe", "pipe"],
    // Waits at random and half of all checks skipped are for those who test themselves against a living authority.
    env: { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0" },
  });
  const ended = [names, pebble].map((child) => new Promise<void>((done) => child.once("exit", () => done())));
  await Promise.all([says(names, /Starting management server/i), says(pebble, /ACME directory available/)]);
  await Promise.all([listen, management, dnsManagement].map(listens));
  return {
    directory: `https://localhost:${listen}/dir`,
    caFile,
    ca: authority.cert,
    async root() {
      const { text } = await acmeRequest(`https://localhost:${management}/roots/0`, { ca: authority.cert });
      return text;
    },
    async stop() {
      names.kill("SIGKILL");
      pebble.kill("SIGKILL");
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
