import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { limits as protocolLimits, rates as protocolRates, refusal } from "@parlour/protocol";
import { clientAddress } from "../address/address.ts";
import { Visitors } from "../address/visitors.ts";
import { countryFinder } from "../country/country.ts";
import { Gateway } from "../gateway/gateway.ts";
import { refuseUpgrade } from "../gateway/upgrade.ts";
import { httpApp } from "../http/app.ts";
import { cameBy, front, origins } from "../http/origin.ts";
import { Pages } from "../http/pages.ts";
import { problem } from "../http/problem.ts";
import { noVisit, securityHeaders } from "../http/security.ts";
import { Forwarding } from "../hub/forwarding.ts";
import { Hub } from "../hub/hub.ts";
import { defaultIceRenewalMs } from "../hub/ice-renewals.ts";
import { Rooms } from "../hub/rooms.ts";
import { Counts } from "../metrics/counts.ts";
import { metrics } from "../metrics/metrics.ts";
import { loadProfanityFilter, type ProfanityFilter } from "../profanity/profanity.ts";
import { loadSecrets } from "../secrets.ts";
import { memoryStores, type Stores, sqliteStores } from "../stores/index.ts";
import { createTokens } from "../tokens.ts";
import { WorkbenchRelay } from "../workbench/relay.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Limits, Rates } from "./limits.ts";
import { silent } from "./log.ts";
import type { ParlourOptions } from "./options.ts";

/**
 * Where a server is in its life: `ready` ──drain──▶ `draining` ──close──▶ `closed`. Closing drains first; there is no way back.
 */
export type ServerStatus = "ready" | "draining" | "closed";

/** A Parlour server without a socket of its own: it answers in the HTTP server that you give it. */
export interface ParlourServer {
  readonly status: ServerStatus;
  /** People connected to this process now. */
  readonly people: number;
  /**
   * Answers this server's requests and upgrades from now on. When your server has other listeners, what is not ours is left to them;
   * when it has none, it is answered with 404. Returns how to stop.
   */
  attach(server: HttpServer | HttpsServer): () => void;
  /** Answers a request when it is ours; false, and nothing touched, when it is not. For servers that have routes of their own. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** The same for an `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Tells everyone that the server goes, and when to come back; `/healthz` turns 503 and nobody new is let in. Resolves when all are gone. */
  drain(): Promise<void>;
  /** Drains, then lets go of everything. The HTTP server stays yours to close. */
  close(): Promise<void>;
}

/** What only tests change. */
export interface Internals {
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
  readonly rates?: Partial<Rates>;
}

/** How long a drain waits for the closing handshakes. */
const drainMs = 3_000;

/** Makes a server from options; see {@link ParlourOptions}. Rejects when the data folder can't be used. */
export function createParlourServer(options: ParlourOptions = {}): Promise<ParlourServer> {
  return buildParlourServer(options, {});
}

/** `createParlourServer`, with what tests change. Not exported from the package. */
export async function buildParlourServer(
  options: ParlourOptions,
  internals: Internals,
): Promise<ParlourServer> {
  const basePath = cleanBasePath(options.basePath);
  const limits: Limits = { ...protocolLimits, ...internals.limits };
  const rates: Rates = { ...protocolRates, ...internals.rates };
  const clock = internals.clock ?? systemClock(options.now);
  const logger = options.logger ?? silent;
  const trust = options.trustProxy ?? false;
  const addressOf = clientAddress(trust);
  const inFront = front(trust);
  const allowed = origins(options.allowedOrigins ?? [], inFront);
  const counts = new Counts();
  const visitors = new Visitors(rates);
  const keeping = {
    historyMessages: options.history?.messages ?? limits.historyMessages,
    historyMs: options.history?.hours === undefined ? limits.historyMs : options.history.hours * 3_600_000,
  };
  const stores: Stores =
    options.stores ??
    (options.data === undefined
      ? memoryStores(keeping)
      : sqliteStores({ folder: options.data, now: () => clock.now(), ...keeping }));
  const tokenKey = options.data === undefined ? randomBytes(32) : loadSecrets(options.data).tokenKey;
  let filter: Promise<ProfanityFilter> | undefined;

  /** What whoever takes WebSockets goes by. */
  const door = {
    limits,
    rates,
    visitors,
    counts,
    addressOf,
    cameBy: (request: IncomingMessage) => cameBy(inFront, request),
    isOriginAllowed: (request: IncomingMessage) => allowed.isAllowed(request),
    clock,
  };
  /** Who hands out relays, and takes them back. */
  const relaying = {
    iceServers: options.iceServers ?? (() => []),
    onSeatGone: options.onSeatGone ?? (() => {}),
  };
  const gateway = new Gateway({
    // Made anew at each start: a connection of an earlier life is never taken for one of this.
    node: randomBytes(6).toString("base64url"),
    ...door,
  });
  const forwarding = await Forwarding.start(options.forwarder, {
    clock,
    logger,
    connectionOf: (name, peer) => hub.live(name)?.connectionOf(peer),
  });
  const hub = new Hub({
    gateway,
    stores,
    tokens: createTokens(tokenKey),
    limits,
    clock,
    counts,
    logger,
    countries: countryFinder(),
    profanity: () => {
      filter ??= loadProfanityFilter();
      return filter;
    },
    createOnJoin: options.createOnJoin ?? true,
    historyMessages: keeping.historyMessages,
    ...relaying,
    iceRenewalMs: options.iceRenewalMs ?? defaultIceRenewalMs,
    forwarding,
  });
  gateway.connectTo(hub);
  await hub.boot();
  const workbench = new WorkbenchRelay({ ...door, ...relaying, logger });

  let status: ServerStatus = "ready";
  const pages = options.webRoot === undefined ? undefined : new Pages(options.webRoot);
  const app = httpApp({
    basePath,
    version: packageVersion(),
    rooms: new Rooms(hub),
    pages,
    visitors,
    counts,
    front: inFront,
    origins: allowed,
    addressOf,
    metricsToken: options.metricsToken,
    metrics: metrics(
      counts,
      async () => ({
        connections: gateway.connections.size,
        rooms: await stores.rooms.count(),
        people: hub.people,
      }),
      options.relayStatistics,
      options.certificateEnd,
      () => forwarding.statistics(),
    ),
    caCertificate: options.caCertificate,
    isDraining: () => status !== "ready",
    monotonic: () => clock.monotonic(),
    logger,
  });
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    // An embedder's Request and Response stay what they are.
    overrideGlobalObjects: false,
    // What the adapter itself can't read: a target that is no URL, a broken Host.
    errorHandler: () => problem(400, "bad-request", { headers: securityHeaders(noVisit) }),
  });

  const pathOf = (request: IncomingMessage): string | undefined => {
    const path = (request.url ?? "").split(/[?#]/, 1)[0] as string;
    if (basePath === "") return path;
    if (path === basePath) return "/";
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
  };
  const isOurs = (path: string | undefined): path is string => {
    if (path === undefined) return false;
    if (basePath !== "" || ourRoutes.test(path)) return true;
    // Other files at the root are ours only when the page has them.
    return options.webRoot !== undefined && rootFile.test(path) && existsSync(`${options.webRoot}${path}`);
  };

  const detachers = new Set<() => void>();
  let draining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const server: ParlourServer = {
    get status() {
      return status;
    },
    get people() {
      return hub.people;
    },
    attach(http) {
      const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
        const isLeftToOthers = !isOurs(pathOf(request)) && http.listenerCount("request") > 1;
        if (!isLeftToOthers) void listener(request, response);
      };
      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
        if (server.upgrade(request, socket, head) || http.listenerCount("upgrade") > 1) return;
        refuseUpgrade(socket, 404, refusal("not-found"));
      };
      http.on("request", onRequest);
      http.on("upgrade", onUpgrade);
      const detach = (): void => {
        http.off("request", onRequest);
        http.off("upgrade", onUpgrade);
        detachers.delete(detach);
      };
      detachers.add(detach);
      return detach;
    },
    async handle(request, response) {
      if (!isOurs(pathOf(request))) return false;
      await listener(request, response);
      return true;
    },
    upgrade(request, socket, head) {
      const path = pathOf(request) ?? "";
      if (path === "/v1") gateway.upgrade(request, socket, head);
      else if (path.startsWith(workbenchPath)) {
        workbench.upgrade(request, socket, head, path.slice(workbenchPath.length));
      } else return false;
      return true;
    },
    drain() {
      draining ??= (async () => {
        if (status === "ready") status = "draining";
        hub.drain();
        workbench.drain();
        await gateway.drain(drainMs);
      })();
      return draining;
    },
    close() {
      closing ??= (async () => {
        await server.drain();
        status = "closed";
        for (const detach of [...detachers]) detach();
        gateway.close();
        workbench.close();
        await hub.close();
        await forwarding.stop();
        await stores.close();
      })();
      return closing;
    },
  };
  return server;
}

const workbenchPath = "/learn/relay/";
const ourRoutes =
  /^\/(?:$|(?:healthz|metrics|v1|new|direct|learn|inspect|ca\.pem|ca\.crt)$|(?:api|r|sdk|assets|learn\/relay)\/)/;
const rootFile = /^\/[\w-]+(?:\.[\w-]+)+$/;

/** `/meet` for `meet`, `/meet/` and `/meet`; empty for the root. */
function cleanBasePath(path: string | undefined): string {
  const clean = (path ?? "").replace(/^\/+|\/+$/g, "");
  if (clean === "") return "";
  if (!/^[\w-]+(?:\/[\w-]+)*$/.test(clean)) {
    throw new RangeError(`basePath: ${path} is not a path of letters, digits and hyphens.`);
  }
  return `/${clean}`;
}

/** This package's version; its folder is two or three up, from sources or built. */
function packageVersion(): string {
  for (const up of ["../../package.json", "../../../package.json"]) {
    const file = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  }
  return "unknown";
}
