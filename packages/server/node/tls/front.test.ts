import { request } from "node:http";
import { createServer, request as secureRequest } from "node:https";
import { connect, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createAuthority, issue } from "./authority.ts";
import { createFront, protocolOf } from "./front.ts";
import { listening, portOf } from "./handshake.fixture.ts";

const authority = createAuthority("test", ["localhost"], Date.now());
const pair = issue(authority, { names: ["localhost"], addresses: ["127.0.0.1"] }, Date.now());

let front: Server;
let port = 0;
const secure = createServer(pair, (incoming, response) => {
  let body = "";
  incoming.on("data", (chunk) => {
    body += chunk;
  });
  incoming.on("end", () => response.end(`${incoming.method} ${incoming.url} ${body.length}`));
});
const sockets = new WebSocketServer({ server: secure });
sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`heard ${data}`)));

beforeEach(async () => {
  front = await listening(createFront(secure));
  port = portOf(front);
});
afterEach(() => {
  secure.closeAllConnections();
  front.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly cache: string | undefined;
  readonly body: string;
}

function ask(
  scheme: "http" | "https",
  path: string,
  options: { method?: string; host?: string; body?: string } = {},
) {
  return new Promise<Answer>((done, failed) => {
    const asked = (scheme === "http" ? request : secureRequest)(
      {
        host: "127.0.0.1",
        port,
        path,
        method: options.method ?? "GET",
        ca: authority.cert,
        headers: options.host === undefined ? {} : { host: options.host },
      },
      (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () =>
          done({
            status: response.statusCode,
            location: response.headers.location,
            cache: response.headers["cache-control"],
            body,
          }),
        );
      },
    );
    asked.on("error", failed);
    asked.end(options.body);
  });
}

/** Sends raw bytes; settles with what came back when the server has closed the connection. */
function raw(bytes: string | Uint8Array) {
  return new Promise<string>((done) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => done(heard));
  });
}

describe("one port for HTTPS and what else comes", () => {
  it("hands TLS connections on whole, also large ones", async () => {
    const body = "x".repeat(1_000_000);
    expect(await ask("https", "/a?b=c", { method: "POST", body })).toMatchObject({
      status: 200,
      body: "POST /a?b=c 1000000",
    });
  });

  it("carries WebSockets over TLS", async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/v1`, { ca: authority.cert });
    const answer = await new Promise((done, failed) => {
      socket.on("open", () => socket.send("you"));
      socket.on("message", (data) => done(String(data)));
      socket.on("error", failed);
    });
    expect(answer).toBe("heard you");
    socket.terminate();
  });

  it("[H19] sends plain HTTP to the same path over HTTPS, not to be stored", async () => {
    expect(await ask("http", "/r/standup?name=Ada", { host: `laptop.local:${port}` })).toMatchObject({
      status: 308,
      location: `https://laptop.local:${port}/r/standup?name=Ada`,
      cache: "no-store",
    });
    expect((await ask("http", "/", { host: "[::1]:3000" })).location).toBe("https://[::1]:3000/");
  });

  it("[H19] answers in words where the host's name makes no address", async () => {
    for (const host of ["a/b", "evil@host", "a b"]) {
      const { status, location, body } = await ask("http", "/", { host });
      expect({ status, location }).toEqual({ status: 400, location: undefined });
      expect(body).toMatch(/HTTPS/);
    }
    expect(await raw("GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("[H20] closes a connection that speaks neither", async () => {
    expect(await raw(new Uint8Array([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]))).toBe("");
    expect(await raw("\r\n")).toBe("");
  });

  it("[H20] survives a hundred connections that break off at once", async () => {
    await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) =>
          new Promise<void>((done) => {
            const socket = connect(port, "127.0.0.1", () => {
              if (index % 2 === 0) socket.write(Buffer.from([0x16]));
              socket.resetAndDestroy();
            });
            socket.on("error", () => {});
            socket.on("close", () => done());
          }),
      ),
    );
    expect((await ask("https", "/")).status).toBe(200);
  });

  it("closes although a connection has not said anything", async () => {
    const silent = connect(port, "127.0.0.1");
    await new Promise((done) => front.once("connection", done));
    const ended = new Promise((done) => silent.on("close", done));
    const closed = new Promise((done) => front.close(done));
    await Promise.all([ended, closed]);
    expect(front.listening).toBe(false);
  });

  it("tells by the first byte", () => {
    const all = Array.from({ length: 256 }, (_, byte) => protocolOf(byte));
    expect(all.flatMap((protocol, byte) => (protocol === "tls" ? [byte] : []))).toEqual([0x16]);
    expect(all.filter((protocol) => protocol === "http")).toHaveLength(26);
    expect(all.flatMap((protocol, byte) => (protocol === "stun" ? [byte] : []))).toEqual([0, 1, 2, 3]);
  });
});
