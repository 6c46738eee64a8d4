/**
 * One port for everything: the first byte of a connection decides who gets it.
 *
 *   0x16        a TLS record (RFC 8446, section 5.1: handshake)         → the HTTPS server
 *   "A" … "Z"   an HTTP method in clear                                 → a redirect to HTTPS
 *   else        nothing that is spoken here                             → closed
 *
 * STUN (0 … 3) and TURN's channel data (64 … 79) can be told apart in the same place (RFC 7983, section 7).
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server as SecureServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";

/** Who a connection belongs to. */
export type Protocol = "tls" | "http" | "unknown";

/** Tells by the first byte. */
export function protocolOf(firstByte: number): Protocol {
  if (firstByte === 0x16) return "tls";
  return firstByte >= 0x41 && firstByte <= 0x5a ? "http" : "unknown";
}

/** A connection that says nothing for this long is closed. */
const silentMs = 10_000;

/**
 * A listener that hands TLS connections to `secure` (which does not listen itself) and answers plain HTTP with a
 * redirect to the same address over HTTPS. Closing it also ends connections that have not said anything yet.
 */
export function createFront(secure: SecureServer): Server {
  const redirects = createHttpServer({ keepAliveTimeout: 1 }, redirect);
  const undecided = new Set<Socket>();
  const front = createServer((socket) => {
    undecided.add(socket);
    const settle = () => {
      undecided.delete(socket);
      socket.off("readable", decide);
      socket.off("error", drop);
      socket.off("close", settle);
      socket.off("timeout", drop);
      socket.setTimeout(0);
    };
    const drop = () => {
      settle();
      // A reset may still arrive after this: nobody is left to hear of it.
      socket.on("error", () => {});
      socket.destroy();
    };
    const decide = () => {
      const first: Buffer | null = socket.read(1);
      if (first === null) return;
      settle();
      socket.unshift(first);
      const protocol = protocolOf(first[0] ?? 0);
      if (protocol === "unknown") drop();
      else (protocol === "tls" ? secure : redirects).emit("connection", socket);
    };
    socket.on("readable", decide);
    socket.on("error", drop);
    socket.on("close", settle);
    socket.on("timeout", drop);
    socket.setTimeout(silentMs);
  });
  const close = front.close.bind(front);
  front.close = (callback) => {
    for (const socket of undecided) socket.destroy();
    redirects.closeAllConnections();
    return close(callback);
  };
  return front;
}

/** Host headers as browsers write them: a name or address, perhaps a port. */
const plainHost = /^[\w.-]+(:\d+)?$|^\[[\da-fA-F:.]+\](:\d+)?$/;

/** 308 keeps method and body. It must not be stored: the same address may serve plain HTTP another day. */
function redirect(request: IncomingMessage, response: ServerResponse): void {
  const host = request.headers.host ?? "";
  const path = request.url ?? "/";
  const headers = {
    "cache-control": "no-store",
    "content-type": "text/plain; charset=utf-8",
    connection: "close",
  };
  if (!plainHost.test(host) || !path.startsWith("/")) {
    response
      .writeHead(400, headers)
      .end("This server speaks HTTPS: open the same address with https:// in front.\n");
    return;
  }
  response
    .writeHead(308, { ...headers, location: `https://${host}${path}` })
    .end("This server speaks HTTPS: the same address with https:// in front leads here.\n");
}
