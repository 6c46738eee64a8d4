import type { IncomingMessage, ServerResponse } from "node:http";
import { createRoom, type Refusal, roomNamePattern } from "@parlour/protocol";
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { isLoopback } from "../address/address.ts";
import type { Visitors } from "../address/visitors.ts";
import type { Rooms } from "../hub/rooms.ts";
import type { Counts } from "../metrics/counts.ts";
import type { Logger } from "../server/log.ts";
import { readJson } from "./body.ts";
import { certificateResponse } from "./certificate.ts";
import { type Front, hostName, type Origins } from "./origin.ts";
import type { Pages } from "./pages.ts";
import { problem } from "./problem.ts";
import { securityHeaders } from "./security.ts";
import { isSameToken } from "./token.ts";

/** What the HTTP side needs from the server around it. */
export interface HttpSetup {
  readonly basePath: string;
  readonly version: string;
  readonly rooms: Rooms;
  readonly pages: Pages | undefined;
  readonly visitors: Visitors;
  readonly counts: Counts;
  readonly front: Front;
  readonly origins: Origins;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metricsToken: string | undefined;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly caCertificate: string | undefined;
  readonly isDraining: () => boolean;
  readonly monotonic: () => number;
  readonly logger: Logger;
}

type Env = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } };

/** Every route that this server answers over HTTP, from the request to the reply. */
export function httpApp(setup: HttpSetup): Hono<Env> {
  const { rooms, pages, front, origins, visitors, counts } = setup;
  const app = new Hono<Env>().basePath(setup.basePath === "" ? "/" : setup.basePath);

  const visitorOf = (c: Context<Env>) => visitors.at(setup.addressOf(c.env.incoming));
  const tooMany = (waitMs: number): Response =>
    problem(429, "too-many", { headers: { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) } });
  const methods = (allowed: string) => (c: Context<Env>) => {
    if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow: allowed } });
    return problem(405, "bad-request", {
      detail: `This address takes ${allowed} only.`,
      headers: { allow: allowed },
    });
  };

  app.use("*", async (c, next) => {
    const { incoming } = c.env;
    const now = setup.monotonic();
    const visitor = visitorOf(c);
    if (visitor.take("requestsPerAddress", now)) await next();
    else c.res = tooMany(visitor.waitMs("requestsPerAddress", now));
    const host = front.host(incoming);
    const visit = {
      host,
      hostName: host === undefined ? "" : hostName(host),
      isSecure: front.isSecure(incoming),
      isOwnAuthority: setup.caCertificate !== undefined,
    };
    for (const [name, value] of Object.entries(securityHeaders(visit))) c.res.headers.set(name, value);
    counts.request(c.res.status);
  });

  // Other origins may use the API and the SDK when the host allows them.
  const shared = async (c: Context<Env>, next: () => Promise<void>): Promise<Response | undefined> => {
    const { incoming } = c.env;
    if (!origins.isAllowed(incoming)) {
      if (c.req.method !== "GET" && c.req.method !== "HEAD") return problem(403, "forbidden-origin");
      await next();
      c.res.headers.append("vary", "origin");
      return undefined;
    }
    await next();
    const origin = origins.crossOrigin(incoming);
    c.res.headers.append("vary", "origin");
    if (origin !== undefined) {
      c.res.headers.set("access-control-allow-origin", origin);
      c.res.headers.set("cross-origin-resource-policy", "cross-origin");
      if (c.req.method === "OPTIONS") {
        c.res.headers.set("access-control-allow-methods", c.res.headers.get("allow") ?? "GET");
        c.res.headers.set("access-control-allow-headers", "content-type, authorization");
        c.res.headers.set("access-control-max-age", "600");
      }
    }
    return undefined;
  };
  app.use("/api/*", shared);
  app.use("/sdk/*", shared);

  app.get("/healthz", () =>
    setup.isDraining()
      ? problem(503, "draining", { headers: { "retry-after": "2" } })
      : Response.json({ status: "ok", version: setup.version }, { headers: { "cache-control": "no-store" } }),
  );
  app.all("/healthz", methods("GET"));

  app.get("/metrics", async (c) => {
    if (!mayMeasure(c.env.incoming, setup)) {
      return problem(403, "forbidden", {
        detail: "Metrics are for the host alone.",
        hint: "Ask from the machine itself, or with the token of --metrics-token.",
      });
    }
    const { type, text } = await setup.metrics();
    return new Response(text, { headers: { "content-type": type, "cache-control": "no-store" } });
  });
  app.all("/metrics", methods("GET"));

  app.get("/api/rooms", async () =>
    Response.json(await rooms.list(), { headers: { "cache-control": "no-store" } }),
  );
  app.post("/api/rooms", async (c) => {
    if (setup.isDraining()) return problem(503, "draining", { headers: { "retry-after": "2" } });
    const now = setup.monotonic();
    const visitor = visitorOf(c);
    const body = await readJson(c.env.incoming);
    if (!body.ok) {
      const code = body.status === 413 ? "too-large" : "bad-request";
      return problem(body.status, code, { detail: body.detail, headers: { connection: "close" } });
    }
    const wanted = v.safeParse(createRoom, body.value, { abortEarly: true, abortPipeEarly: true });
    if (!wanted.success) {
      const issue = wanted.issues[0];
      const path = v.getDotPath(issue) ?? "The body";
      // Never echoes the input: the name of a field that is none of ours is input, too.
      const detail =
        issue.expected === "never"
          ? "The body has a field that is not known."
          : `${path}: expected ${issue.expected ?? "something else"}.`;
      return problem(400, "bad-request", { detail });
    }
    if (!visitor.take("roomsPerAddress", now)) return tooMany(visitor.waitMs("roomsPerAddress", now));
    const made = await rooms.create(wanted.output);
    if ("refused" in made) return refusedRequest(made.refused);
    const scheme = front.isSecure(c.env.incoming) ? "https" : "http";
    const path = `${setup.basePath}/r/${made.name}`;
    const host = front.host(c.env.incoming);
    const url = host === undefined ? path : `${scheme}://${host}${path}`;
    const headers = { location: `${setup.basePath}/api/rooms/${made.name}`, "cache-control": "no-store" };
    return Response.json(
      { name: made.name, visibility: made.visibility, url, hostToken: made.hostToken },
      { status: 201, headers },
    );
  });
  app.all("/api/rooms", methods("GET, POST"));

  app.get("/api/rooms/:name", async (c) => {
    const name = c.req.param("name");
    const facts = roomNamePattern.test(name) ? await rooms.facts(name) : undefined;
    if (facts === undefined) return problem(404, "no-such-room");
    return Response.json(facts, { headers: { "cache-control": "no-store" } });
  });
  app.delete("/api/rooms/:name", async (c) => {
    const now = setup.monotonic();
    const visitor = visitorOf(c);
    const token = /^Bearer ([\w-]{1,1024})$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (token === undefined) {
      return problem(401, "not-host", {
        detail: "Ending a room takes its host token.",
        hint: "Send Authorization: Bearer <hostToken>, as it came with the room.",
        headers: { "www-authenticate": "Bearer" },
      });
    }
    const waitMs = visitor.waitMs("failedJoinsPerAddress", now);
    if (waitMs > 0) return tooMany(waitMs);
    const name = c.req.param("name");
    if (!roomNamePattern.test(name)) return problem(404, "no-such-room");
    const refused = await rooms.end(name, token);
    if (refused === undefined) return new Response(null, { status: 204 });
    visitor.take("failedJoinsPerAddress", now);
    return refusedRequest(refused);
  });
  app.all("/api/rooms/:name", methods("GET, DELETE"));
  app.all("/api/*", () => problem(404, "not-found"));

  app.all("/v1", () =>
    problem(426, "bad-request", {
      detail: "This address takes WebSocket connections only.",
      hint: "Connect with new WebSocket(url, 'parlour.v1'); see docs/protocol.md.",
      headers: { upgrade: "websocket", connection: "upgrade" },
    }),
  );

  app.all("/learn/relay/:code", () =>
    problem(426, "bad-request", {
      detail: "This address takes WebSocket connections only.",
      hint: "Connect with new WebSocket(url); see docs/handshake.md.",
      headers: { upgrade: "websocket", connection: "upgrade" },
    }),
  );

  const { caCertificate } = setup;
  if (caCertificate !== undefined) {
    app.get("/ca.pem", () => certificateResponse(caCertificate, "pem"));
    app.get("/ca.crt", () => certificateResponse(caCertificate, "crt"));
  } else {
    // The page asks whether there is one; a 404 would be an error on its console.
    app.get("/ca.pem", (c) =>
      c.req.raw.method === "HEAD" ? new Response(null, { status: 204 }) : problem(404, "not-found"),
    );
  }

  const page = async (
    c: Context<Env>,
    file: string,
    cache: "immutable" | "revalidate",
  ): Promise<Response> => {
    const knows = c.req.header("if-none-match");
    const accepts = c.req.header("accept-encoding") ?? "";
    const found = await pages?.respond(file, { accepts, knows }, cache);
    if (found !== undefined) return found;
    return file === "/index.html" ? notBuilt() : c.notFound();
  };
  for (const path of ["/", "/new", "/direct", "/learn", "/inspect", "/r/:name"]) {
    app.get(path, (c) => page(c, "/index.html", "revalidate"));
    app.all(path, methods("GET"));
  }
  // The path as the file is called, whatever we are mounted under.
  const fileOf = (c: Context<Env>): string => c.req.path.slice(setup.basePath.length);
  app.get("/assets/*", (c) => page(c, fileOf(c), "immutable"));
  app.get("/sdk/*", (c) => page(c, fileOf(c), "revalidate"));
  app.get("/:file{[\\w-]+(?:\\.[\\w-]+)+}", (c) => page(c, fileOf(c), "revalidate"));
  for (const path of ["/assets/*", "/sdk/*"]) app.all(path, methods("GET"));

  app.notFound(async (c) => {
    const { method } = c.req.raw;
    // A person in front of a browser: the page itself says that there is nothing here.
    const isRead = method === "GET" || method === "HEAD";
    const isPerson = isRead && /\btext\/html\b/.test(c.req.header("accept") ?? "");
    const accepts = c.req.header("accept-encoding") ?? "";
    const found = isPerson
      ? await pages?.respond("/index.html", { accepts, knows: undefined }, "revalidate")
      : undefined;
    const reply =
      found === undefined
        ? problem(404, "not-found")
        : new Response(found.body, { status: 404, headers: found.headers });
    reply.headers.append("vary", "accept");
    reply.headers.set("cache-control", "no-store");
    return reply;
  });
  app.onError((error) => {
    setup.logger.error({ err: error }, "a request failed");
    return problem(500, "internal");
  });
  return app;
}

function refusedRequest(refused: Refusal): Response {
  const status: Partial<Record<Refusal["code"], number>> = {
    "room-exists": 409,
    "no-such-room": 404,
    "not-host": 403,
    "too-many": 429,
    internal: 500,
  };
  const headers: Record<string, string> = refused.code === "too-many" ? { "retry-after": "60" } : {};
  return problem(status[refused.code] ?? 400, refused.code, {
    detail: refused.detail,
    hint: refused.hint,
    headers,
  });
}

/** Loopback alone is no proof when a proxy on this machine passes the world on. */
function mayMeasure(request: IncomingMessage, setup: HttpSetup): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (setup.metricsToken !== undefined && given !== undefined && isSameToken(given, setup.metricsToken))
    return true;
  const isForwarded =
    request.headers["x-forwarded-for"] !== undefined || request.headers["forwarded"] !== undefined;
  return !isForwarded && isLoopback(setup.addressOf(request));
}

function notBuilt(): Response {
  return new Response("The page is not built yet. Run `npm run build`, then load this again.\n", {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "retry-after": "5" },
  });
}
