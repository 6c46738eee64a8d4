// What the examples have in common and what none of them is about: a folder of files, one port, sockets at a path, an end.
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const types = { html: "text/html", js: "text/javascript", css: "text/css" };

// Nothing from elsewhere, nothing inline, nobody's frame.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What is in a folder, by the path it is asked for. Only these names exist, so no path can lead out of it. */
function filesIn(folder) {
  return new Map(
    readdirSync(folder)
      .filter((name) => types[name.split(".").at(-1)] !== undefined)
      .map((name) => [name === "index.html" ? "/" : `/${name}`, new URL(name, folder)]),
  );
}

/** A page of another site must not use the visitor's browser to talk to us. Programs that are no browsers send no origin. */
function isSameOrigin({ headers: { origin, host } }) {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/**
 * Serves an example.
 *
 * @param {string} title as it is called in the line that says where it is
 * @param {object} options
 * @param {URL} options.folder its pages, ending in a slash
 * @param {number} options.port where, unless the environment says another `PORT`
 * @param {Record<string, URL>} [options.more] files from elsewhere, by path
 * @param {(path: string) => string | undefined} [options.route] the path of the file that stands for another path
 * @param {(request, response, url: URL) => boolean | Promise<boolean>} [options.answer] true when it answered
 * @param {Record<string, import("ws").WebSocketServer>} [options.sockets] made with `noServer`, by path
 * @param {number} [options.most] sockets at each path at a time; more are turned away
 * @param {{ handle, upgrade, close }} [options.parlour] a Parlour server, asked for what is left
 */
export function startSite(
  title,
  { folder, port, more = {}, route, answer, sockets = {}, most = 200, parlour },
) {
  const files = new Map([
    ...filesIn(folder),
    ["/site.css", new URL("site.css", import.meta.url)],
    ...Object.entries(more),
  ]);

  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url, "http://localhost");
      const file = files.get(route?.(url.pathname) ?? url.pathname);
      if (file !== undefined && (request.method === "GET" || request.method === "HEAD")) {
        response.setHeader("content-type", `${types[file.pathname.split(".").at(-1)]}; charset=utf-8`);
        response.setHeader("content-security-policy", policy);
        response.setHeader("x-content-type-options", "nosniff");
        // A link to a private room holds its key: no other site shall hear of it.
        response.setHeader("referrer-policy", "no-referrer");
        response.end(await readFile(file));
      } else if (request.method === "POST" && !isSameOrigin(request)) {
        response.writeHead(403).end();
      } else if (!(await answer?.(request, response, url)) && !(await parlour?.handle(request, response))) {
        response.writeHead(404).end();
      }
    } catch (problem) {
      console.error(problem);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });

  server.on("upgrade", (request, socket, head) => {
    const at = sockets[request.url.split("?")[0]];
    if (at === undefined) {
      if (!parlour?.upgrade(request, socket, head)) socket.destroy();
    } else if (at.clients.size < most && isSameOrigin(request)) {
      at.handleUpgrade(request, socket, head, (opened) => at.emit("connection", opened, request));
    } else {
      socket.destroy();
    }
  });

  server.listen(Number(process.env.PORT ?? port), () => {
    console.log(`${title} is ready at http://localhost:${server.address().port}`);
  });
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      for (const each of Object.values(sockets)) for (const socket of each.clients) socket.close(1001);
      await parlour?.close();
      server.close();
      server.closeAllConnections();
      // Who does not answer the goodbye is not waited for.
      setTimeout(() => process.exit(), 1000).unref();
    });
  }
  return server;
}

/**
 * Finds connections that are gone without a word: a cable pulled out, a laptop shut. Browsers answer pings by themselves; who does not
 * is cut off, so that the socket's `close` event comes for them as for everyone else.
 */
export function watchHeartbeats(sockets, everyMs = 3000) {
  const answered = new WeakSet();
  sockets.on("connection", (socket) => {
    answered.add(socket);
    socket.on("pong", () => answered.add(socket));
  });
  setInterval(() => {
    for (const socket of sockets.clients) {
      if (!answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, everyMs).unref();
}

/** The body of a request, as text; undefined when it is longer than allowed (and is not read to its end). */
export async function textOf(request, mostBytes) {
  let size = 0;
  const parts = [];
  for await (const part of request) {
    size += part.length;
    if (size > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
