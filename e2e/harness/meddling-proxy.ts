import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeSignal, encodeSignal, subprotocol } from "@parlour/protocol";
import { WebSocket, WebSocketServer } from "ws";

/** A server in the middle that reads what pages of public rooms say to each other, and passes on something else. */
export interface MeddlingProxy {
  /** The server's address as seen through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** The packet of a signal stream, taken apart (docs/spec/links.md). */
export interface Packet {
  readonly number: number;
  /** The last packet that its sender took. */
  readonly acknowledged: number;
  /** Missing where the packet has none, or a piece of one: pieces pass as they are. */
  readonly body?: PlainSignal;
}
/** A body as it goes over the wire in public rooms. */
export type PlainSignal = { readonly type: string; readonly [key: string]: unknown };

/** What a page gets in place of that packet; undefined: nothing. */
export type Meddle = (packet: Packet) => Packet | undefined;

/** The body with another description, where it has one. */
export const withSdp = (body: PlainSignal, change: (sdp: string) => string): PlainSignal =>
  typeof body["sdp"] === "string" ? { ...body, sdp: change(body["sdp"]) } : body;
/** The description of somebody who has other keys. */
export const otherFingerprint = (sdp: string): string =>
  sdp.replaceAll(/(a=fingerprint:\S+ )(..)/g, (_, head, byte) => `${head}${byte === "AA" ? "BB" : "AA"}`);

const headerBytes = 13;

export async function startMeddlingProxy(port: number, meddle: Meddle): Promise<MeddlingProxy> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol });
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const passed = request({ host: "127.0.0.1", port, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.on("upgrade", (asked, socket, head) => {
    // The server compares the page's origin with the name that it was asked by.
    const { host = "", origin = "" } = asked.headers;
    const upstream = new WebSocket(`ws://127.0.0.1:${port}${asked.url}`, subprotocol, {
      origin,
      headers: { host },
    });
    upstream.on("error", () => socket.destroy());
    upstream.once("open", () =>
      sockets.handleUpgrade(asked, socket, head, (page) => {
        page.on("message", (data: Buffer, isBinary) => upstream.send(data, { binary: isBinary }));
        upstream.on("message", (data: Buffer, isBinary) => {
          const sent = isBinary ? meddled(data, meddle) : data;
          if (sent !== undefined) page.send(sent, { binary: isBinary });
        });
        page.on("error", () => {}).once("close", () => upstream.close());
        upstream.once("close", () => page.close());
      }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const page of sockets.clients) page.terminate();
      const ended = once(server, "close");
      server.close();
      server.closeAllConnections();
      await ended;
    },
  };
}

function meddled(frame: Buffer, meddle: Meddle): Uint8Array | undefined {
  const signal = decodeSignal(frame);
  if (signal === undefined) throw new Error("the server sent a binary frame that is no signal");
  const { peer, payload } = signal;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const piece = payload.subarray(headerBytes);
  const whole = signalIn(piece);
  const packet: Packet = {
    number: view.getUint32(5),
    acknowledged: view.getUint32(9),
    ...(whole === undefined ? {} : { body: whole }),
  };
  const other = meddle(packet);
  if (other === undefined) return undefined;
  const body = other.body === whole ? piece : new TextEncoder().encode(JSON.stringify(other.body));
  const made = new Uint8Array(headerBytes + body.length);
  made.set(payload.subarray(0, headerBytes));
  made.set(body, headerBytes);
  const header = new DataView(made.buffer);
  header.setUint32(5, other.number);
  header.setUint32(9, other.acknowledged);
  return encodeSignal(peer, made);
}

function signalIn(piece: Uint8Array): PlainSignal | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(piece)) as PlainSignal;
  } catch {
    return undefined;
  }
}
