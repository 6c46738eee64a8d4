/** `parlour serve`: from flags to a running server, and to its end. */
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../exit-codes.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { serveDomain } from "./domain.ts";
import { untilAskedToEnd } from "./ending.ts";
import { type ServeOptions, serveHelp } from "./flags.ts";
import { forwarderOf } from "./forwarder.ts";
import { createListener, type Listener, open } from "./listen.ts";
import { createLog, type Log } from "./log.ts";
import { type Reach, readyLines, trustLines } from "./reach.ts";
import { readFlags } from "./read-flags.ts";
import { hostOf, openRelayOf, type ServedRelay } from "./relay.ts";
import type { Advertised } from "./self-test.ts";

const complain = (line: string) => process.stderr.write(`parlour: ${line}\n`);

/**
 * Runs the server until a signal ends it.
 *
 * @param words the command line after `serve`
 * @returns the exit code; on code 0 after a signal the process is ended here, whatever may still be open
 */
export async function serve(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const request = readFlags(words, environment);
  if (request.kind === "help") {
    process.stdout.write(serveHelp());
    return exitCodes.fine;
  }
  if (request.kind === "problem") {
    complain(request.line);
    return exitCodes.misused;
  }
  const { options } = request;
  const log = createLog(options["log-level"], (line) => process.stderr.write(line));
  const data = options.data ?? resolve("parlour-data");
  const started = await start(options, data, log);
  if (typeof started === "string") {
    complain(started);
    return exitCodes.failed;
  }
  // Whoever reads the ready line may send a signal at once, so that must be heard already.
  const ended = untilAskedToEnd(started.end);
  process.stdout.write(`${started.lines.join("\n")}\n`);
  if (options["self-test"]) void looked(started, log);
  await ended;
  process.exit(exitCodes.fine);
}

/**
 * A supervisor's SIGTERM leaves `/healthz` at 503 for at least this long, so that whoever balances load sees it; at
 * the keyboard (SIGINT) nobody wants to wait.
 */
const seenDrainingMs = 1_000;

/** Where the built page lies beside this package. */
const webRoot = fileURLToPath(new URL("../../../../apps/web/dist", import.meta.url));

/** Nobody waits for it, and the end of the server ends it as well. */
async function looked(started: Started, log: Log): Promise<void> {
  const { selfTest } = await import("./self-test.ts");
  const found = await selfTest(started.advertised, started.authority).catch((error: Error) => {
    log.error({ err: error }, "the self-test went wrong");
  });
  if (found === undefined || started.isEnding()) return;
  log.debug({ findings: found.findings }, "self-test");
  process.stdout.write(`${found.lines.join("\n")}\n`);
}

interface Started {
  readonly lines: readonly string[];
  /** Where users come, for the self-test. */
  readonly advertised: Advertised;
  /** PEM of this server's own authority. */
  readonly authority: string | undefined;
  readonly isEnding: () => boolean;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Starts everything; one line for the host when that can't be. */
async function start(options: ServeOptions, data: string, log: Log): Promise<Started | string> {
  const unusable = prepareDataFolder(data);
  if (unusable !== undefined) return unusable;

  // The server's modules load while the port is opened and certificates are made.
  const loading = import("@parlour/server");
  if (options.turn !== "off") import("@parlour/server/relay").catch(() => {});
  loading.catch(() => {}); // Heard below, or not at all when the port is taken.
  let listener: Listener;
  let relay: ServedRelay | undefined;
  const hasRelay = options.turn === "closed" || options.turn === "open";
  const takeStun = hasRelay
    ? (socket: Socket, first: Buffer) =>
        void (relay === undefined ? socket.destroy() : relay.handle(socket, first))
    : undefined;
  try {
    listener = await createListener(options, data, (sentence) => log.warn({}, sentence), takeStun);
  } catch (error) {
    if (error instanceof Error && error.name === "CertificateError") return error.message;
    throw error;
  }
  const { http, listening, certificates, acme } = listener;
  http.on("request", notYet);
  const port = await open(listening, options.port, options.host);
  if (typeof port === "string") {
    certificates?.close();
    return port;
  }

  // Before the rooms are opened, so that a second server started by mistake ends at the port, not in the data folder.
  const { createParlourServer, loadSecrets } = await loading;
  const { messages, hours } = { messages: options["history-messages"], hours: options["history-hours"] };
  const token = options["metrics-token"];
  const build = async () => {
    const served = await openRelayOf(options, port, () => loadSecrets(data).turnSecret, log);
    relay = served;
    const forwarding = forwarderOf(options, port, await hostOf(options), log);
    const server = await createParlourServer({
      data,
      webRoot,
      allowedOrigins: options["allow-origin"],
      trustProxy: options["trust-proxy"],
      createOnJoin: options["create-on-join"],
      history: { ...(messages === undefined ? {} : { messages }), ...(hours === undefined ? {} : { hours }) },
      ...(token === undefined ? {} : { metricsToken: token }),
      ...(certificates?.authority === undefined ? {} : { caCertificate: certificates.authority }),
      ...(certificates === undefined ? {} : { certificateEnd: () => endOf(certificates.pair.cert) }),
      ...served.parts,
      ...forwarding.parts,
      logger: log,
    });
    return { server, served, forwarding };
  };
  const built = await build().catch(
    (error: Error & { hint?: string }) =>
      `${error.message} ${error.hint ?? `Look at the data folder ${data}, or choose another with --data FOLDER.`}`,
  );
  if (typeof built === "string") {
    certificates?.close();
    listening.close();
    await relay?.close();
    return built;
  }
  const { server, served, forwarding } = built;
  http.off("request", notYet);
  server.attach(http);
  const secured = acme && (await serveDomain(acme, options, port));
  const { tls, host, domain } = options;
  const scheme = certificates === undefined ? "http" : "https";
  const reach: Reach = { scheme, port, host, domain, interfaces: networkInterfaces() };
  let isEnding = false;
  return {
    advertised: { reach, options, certificate: certificates?.pair.cert },
    authority: certificates?.authority,
    isEnding: () => isEnding,
    lines: readyLines({
      ...reach,
      tls: domain === undefined ? tls : "domain",
      hasPage: existsSync(`${webRoot}/index.html`),
      notes: [...(secured?.lines ?? []), ...served.lines, ...forwarding.lines(), ...trustLines(options)],
      ...(certificates?.authority === undefined
        ? {}
        : { fingerprint: new X509Certificate(certificates.authority).fingerprint256 }),
    }),
    async end(signal) {
      isEnding = true;
      certificates?.close();
      await Promise.all([server.drain(), signal === "SIGTERM" ? delay(seenDrainingMs) : undefined]);
      listening.close();
      secured?.close();
      http.closeAllConnections();
      await Promise.all([served.close(), server.close()]);
    },
  };
}

const endOf = (certificate: string): number => Date.parse(new X509Certificate(certificate).validTo);

/** The port is open a moment before there is something behind it. */
function notYet(_: unknown, response: ServerResponse): void {
  response.writeHead(503, { "retry-after": "1" }).end();
}
