import { createServer as createPlainServer, get } from "node:http";
import { createServer as createSecureServer, get as secureGet } from "node:https";
import { connect, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createAuthority, issue } from "./authority.ts";
import { createFront, sharePort } from "./front.ts";
import { listening, portOf } from "./handshake.fixture.ts";

const authority = createAuthority("test", ["localhost"], Date.now());
const pair = issue(authority, { names: ["localhost"], addresses: ["127.0.0.1"] }, Date.now());
const { cert: ca } = authority;

const stun = Buffer.from("0001000021 12a442".replace(" ", ""), "hex");
/** In place of the relay: says back what it got. */
const takeStun = (socket: Socket, first: Buffer): void => {
  socket.on("error", () => {});
  socket.write(`relay ${first.toString("hex")}`);
  socket.on("data", (more) => socket.write(`more ${more.toString("hex")}`));
};

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const answer = (_: unknown, response: { end(text: string): void }) => response.end("a page");

async function plainPort(): Promise<{ port: number; server: Server }> {
  const http = createPlainServer(answer);
  new WebSocketServer({ server: http }).on("connection", (socket) => socket.send("hello"));
  sharePort(http, takeStun);
  await listening(http);
  open.push({ close: () => http.close().closeAllConnections() });
  return { port: portOf(http), server: http };
}

async function securePort(): Promise<{ port: number; server: Server }> {
  const https = createSecureServer(pair, answer);
  new WebSocketServer({ server: https }).on("connection", (socket) => socket.send("hello"));
  const front = await listening(createFront(https, takeStun));
  open.push({ close: () => https.closeAllConnections() }, front);
  return { port: portOf(front), server: front };
}

/** What comes back for these bytes. */
function heard(socket: Socket, bytes: Buffer): Promise<string> {
  open.push({ close: () => socket.destroy() });
  return new Promise((done, failed) => {
    socket.once("data", (data) => done(data.toString()));
    socket.once("error", failed);
    socket.write(bytes);
  });
}

const page = (fetcher: typeof get | typeof secureGet, port: number) =>
  new Promise<string>((done, failed) => {
    fetcher({ host: "127.0.0.1", port, ca, agent: false }, (response) => {
      response.once("data", (data) => done(String(data)));
    }).once("error", failed);
  });

const greeting = (url: string) =>
  new Promise<string>((done, failed) => {
    const socket = new WebSocket(url, { ca });
    open.push({ close: () => socket.terminate() });
    socket.once("message", (data) => done(String(data)));
    socket.once("error", failed);
  });

describe("STUN on the page's port", () => {
  it("[H27] without TLS goes to the relay, and pages and sockets work as before", async () => {
    const { port } = await plainPort();
    const client = connect(port, "127.0.0.1");
    expect(await heard(client, stun)).toBe(`relay ${stun.toString("hex")}`);
    expect(await heard(client, Buffer.of(0x40, 0, 0, 0))).toBe("more 40000000");
    expect(await page(get, port)).toBe("a page");
    expect(await greeting(`ws://127.0.0.1:${port}`)).toBe("hello");
  });

  it.each([
    ["no ALPN, as browsers do for TURN", undefined],
    ["http/1.1", ["http/1.1"]],
  ])("[H27] inside TLS with %s goes to the relay", async (_, ALPNProtocols) => {
    const { port } = await securePort();
    const options = {
      port,
      host: "127.0.0.1",
      ca,
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
    };
    expect(await heard(connectTls(options), stun)).toBe(`relay ${stun.toString("hex")}`);
    expect(await page(secureGet, port)).toBe("a page");
    expect(await greeting(`wss://127.0.0.1:${port}`)).toBe("hello");
  });

  it("[H27] in clear beside TLS goes to the relay as well", async () => {
    const { port } = await securePort();
    expect(await heard(connect(port, "127.0.0.1"), stun)).toBe(`relay ${stun.toString("hex")}`);
  });

  it("[H27] a request in pieces, and two in one, arrive whole", async () => {
    const { port } = await plainPort();
    const socket = connect(port, "127.0.0.1");
    open.push({ close: () => socket.destroy() });
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.setNoDelay(true);
    socket.write("G");
    await new Promise((done) => setImmediate(done));
    socket.write("ET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    await new Promise((done) => socket.once("close", done));
    expect(text.match(/a page/g)).toHaveLength(2);
  });

  it.each([
    ["plain", plainPort],
    ["TLS", securePort],
  ])("[H27] %s: closing ends connections that have said nothing", async (_, opened) => {
    const { port, server } = await opened();
    const silent = connect(port, "127.0.0.1");
    await new Promise((done) => server.once("connection", done));
    const ended = new Promise((done) => silent.once("close", done));
    const closed = new Promise((done) => server.close(done));
    await Promise.all([ended, closed]);
    expect(server.listening).toBe(false);
  });

  it.each([
    ["plain", plainPort],
    ["TLS", securePort],
  ])("[H27] %s: who ends without a word is let go", async (_, opened) => {
    const { port, server } = await opened();
    const accepted = new Promise<Socket>((done) => server.once("connection", done));
    connect(port, "127.0.0.1").end();
    const socket = await accepted;
    if (!socket.closed) await new Promise((done) => socket.once("close", done));
    expect(socket.destroyed).toBe(true);
  });
});

describe("a certificate authority's connections", () => {
  /** In place of the challenges: notes what it took. */
  function aside(isExpecting: boolean) {
    const taken: Buffer[] = [];
    return {
      taken,
      isExpecting,
      isFor: (protocols: readonly string[]) => protocols.includes("acme-tls/1"),
      take: (socket: Socket) => {
        socket.once("data", (data) => taken.push(data));
        socket.on("error", () => {});
        socket.end("aside");
      },
    };
  }
  async function asidePort(one: ReturnType<typeof aside>): Promise<number> {
    const https = createSecureServer(pair, answer);
    new WebSocketServer({ server: https }).on("connection", (socket) => socket.send("hello"));
    const front = await listening(createFront(https, takeStun, one));
    open.push({ close: () => https.closeAllConnections() }, front);
    return portOf(front);
  }
  /** A TLS client whose bytes leave one by one. */
  function slowly(port: number, protocols: string[]) {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    const dripping = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        const next = (at: number) => {
          if (at >= chunk.length) return done();
          socket.write(chunk.subarray(at, at + 1), () => setImmediate(next, at + 1));
        };
        next(0);
      },
    });
    socket.on("data", (data) => dripping.push(data));
    socket.on("error", () => {});
    open.push({ close: () => socket.destroy() });
    const tls = connectTls({
      socket: dripping as Socket,
      ca,
      servername: "localhost",
      ALPNProtocols: protocols,
    });
    return { socket, tls };
  }

  it("[H31] are told by their protocol, whole or in pieces, while one is expected", async () => {
    const one = aside(true);
    const { socket, tls } = slowly(await asidePort(one), ["acme-tls/1"]);
    tls.on("error", () => {});
    const said = await new Promise<string>((done) => socket.once("data", (data) => done(String(data))));
    expect(said).toBe("aside");
    // It got all of what was read before it was known.
    expect(one.taken[0]?.subarray(0, 3)).toEqual(Buffer.of(0x16, 3, 1));
  });

  it("[H31] leave everybody else alone, also who speaks slowly, a socket, and STUN", async () => {
    const one = aside(true);
    const port = await asidePort(one);
    const { tls } = slowly(port, ["http/1.1"]);
    await new Promise((done, failed) => tls.once("secureConnect", done).once("error", failed));
    expect(await page(secureGet, port)).toBe("a page");
    expect(await greeting(`wss://127.0.0.1:${port}`)).toBe("hello");
    expect(await heard(connect(port, "127.0.0.1"), stun)).toBe(`relay ${stun.toString("hex")}`);
    expect(one.taken).toEqual([]);
  });

  it("[H31] are nobody's while none is expected", async () => {
    const one = aside(false);
    const port = await asidePort(one);
    const options = { port, host: "127.0.0.1", ca, servername: "localhost", ALPNProtocols: ["acme-tls/1"] };
    const socket = connectTls(options);
    const outcome = await new Promise((done) => {
      socket.once("secureConnect", () => done(socket.alpnProtocol));
      socket.once("error", (error: NodeJS.ErrnoException) => done(error.code));
    });
    expect(outcome).not.toBe("acme-tls/1");
    expect(one.taken).toEqual([]);
    socket.destroy();
  });
});
