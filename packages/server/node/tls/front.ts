/**
 * One port for everything: the first byte of a connection decides who gets it.
 *
 *   0x16        a TLS record (RFC 8446, section 5.1: handshake)         → the HTTPS server; a certificate authority's aside
 *   "A" … "Z"   an HTTP method in clear                                 → a redirect to HTTPS
 *   0 … 3       STUN (RFC 7983, section 7)                              → the relay
 *   else        nothing that is spoken here                             → closed
 *
 * The same once more inside TLS, and on the port of plain HTTP. TURN's channel data never comes first.
 */
import { createServer as createHttpServer, type Server as PlainServer } from "node:http";
import type { Server as SecureServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import type { Aside } from "./acme/challenges.ts";
import { helloBytesMax, readClientHello } from "./client-hello.ts";
import { close, Undecided } from "./first-byte.ts";
import { redirect } from "./redirect.ts";

/** Who a connection belongs to. */
export type Protocol = "tls" | "http" | "stun" | "unknown";

/** Tells by the first byte. */
export function protocolOf(firstByte: number): Protocol {
  if (firstByte === 0x16) return "tls";
  if (firstByte < 4) return "stun";
  return firstByte >= 0x41 && firstByte <= 0x5a ? "http" : "unknown";
}

/** A connection that says nothing for this long is closed. */
const silentMs = 10_000;
/** Browsers open connections to HTTP servers ahead of time; Node gives those a minute. */
const idleHttpMs = 60_000;

/** Takes over a connection that begins with STUN, along with what was read from it. */
export type TakeStun = (socket: Socket, firstBytes: Buffer) => void;

/**
 * A listener that hands TLS connections to `secure` (which does not listen itself) and answers plain HTTP with a
 * redirect to the same address over HTTPS. Closing it also ends connections that have not said anything yet.
 *
 * @param takeStun gets what begins with STUN, in clear or inside TLS; without it such connections are closed
 * @param aside gets the TLS connections that are its, told by their first words
 */
export function createFront(secure: SecureServer, takeStun?: TakeStun, aside?: Aside): Server {
  const redirects = createHttpServer({ keepAliveTimeout: 1 }, (request, response) =>
    redirect(request, response),
  );
  const undecided = new Undecided(silentMs);
  const inside = takeStun && divert(secure, "secureConnection", takeStun);
  const front = createServer((socket) =>
    undecided.wait(socket, (first) => {
      const protocol = protocolOf(first[0] ?? 0xff);
      if (protocol === "stun" && takeStun !== undefined) return takeStun(socket, first);
      if (protocol === "tls" && aside?.isExpecting) return takeTls(socket, first, aside);
      if (protocol !== "tls" && protocol !== "http") return close(socket);
      hand(socket, first, protocol === "tls" ? secure : redirects);
    }),
  );
  const takeTls = (socket: Socket, first: Buffer, aside: Aside): void => {
    const hello = readClientHello(first);
    if (hello.kind === "unfinished" && first.length <= helloBytesMax) {
      undecided.wait(socket, (more) => takeTls(socket, Buffer.concat([first, more]), aside));
    } else if (hello.kind === "hello" && aside.isFor(hello.protocols)) {
      socket.unshift(first);
      aside.take(socket);
    } else hand(socket, first, secure);
  };
  const end = front.close.bind(front);
  front.close = (callback) => {
    undecided.closeAll();
    inside?.closeAll();
    redirects.closeAllConnections();
    return end(callback);
  };
  return front;
}

/** Gives a connection to a server that does not listen, with what was read of it put back. */
function hand(socket: Socket, first: Buffer, server: Server): void {
  socket.unshift(first);
  server.emit("connection", socket);
}

/** Makes a plain HTTP server hand over the connections that begin with STUN. Closing it also ends those that have said nothing. */
export function sharePort(http: PlainServer, takeStun: TakeStun): void {
  const undecided = divert(http, "connection", takeStun);
  const end = http.close.bind(http);
  http.close = (callback) => {
    undecided.closeAll();
    return end(callback);
  };
}

/** Lets the server's own listeners have a connection only when it does not begin with STUN. */
function divert(server: Server, event: "connection" | "secureConnection", takeStun: TakeStun): Undecided {
  const undecided = new Undecided(idleHttpMs);
  const own = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (socket: Socket) =>
    undecided.wait(socket, (first) => {
      if (protocolOf(first[0] ?? 0xff) === "stun") return takeStun(socket, first);
      socket.unshift(first);
      for (const listener of own) listener.call(server, socket);
    }),
  );
  return undecided;
}
