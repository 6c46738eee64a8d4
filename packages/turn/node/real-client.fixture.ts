import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { longTermKey } from "../core/auth/credentials.ts";
import { cutFrames, type Endpoint, parseEndpoint } from "../core/index.ts";
import { transactionId } from "../core/relay/rehearsal.fixture.ts";
import {
  attributeOf,
  decodeMessage,
  hasIntegrity,
  readUint16,
  readXorAddress,
  type StunMessage,
} from "../core/stun/decode.ts";
import { MessageWriter } from "../core/stun/encode.ts";
import { attributes, methods } from "../core/stun/registry.ts";
import { makeCredentials } from "./credentials.ts";
import { primitives } from "./primitives.ts";

export const secret = "a secret of the tests";

/** What carries packets to a server and back. */
export interface Wire {
  send(bytes: Uint8Array): void;
  close(): void;
  /** Settles when the server ends it; never for UDP. */
  readonly ended: Promise<void>;
  readonly socket?: Socket;
}

async function open(
  transport: "udp" | "tcp" | "tls",
  host: string,
  port: number,
  onPacket: (bytes: Uint8Array) => void,
): Promise<Wire> {
  if (transport === "udp") {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.on("message", onPacket);
    // Nobody listens there: as good as a packet lost.
    socket.on("error", () => {});
    socket.connect(port, host);
    await once(socket, "connect");
    return {
      send: (bytes) => socket.send(bytes),
      close: () => void socket.close(),
      ended: new Promise(() => {}),
    };
  }
  const socket =
    transport === "tcp" ? connectTcp({ host, port }) : connectTls({ host, port, rejectUnauthorized: false });
  socket.on("error", () => {});
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, transport === "tcp" ? "connect" : "secureConnect");
  let rest: Uint8Array = new Uint8Array();
  socket.on("data", (chunk: Buffer) => {
    const cut = cutFrames(Buffer.concat([rest, chunk]), 70_000);
    if (cut === undefined) throw new Error("The server's stream can't be read.");
    rest = cut.rest;
    for (const frame of cut.frames) onPacket(frame);
  });
  return { send: (bytes) => void socket.write(bytes), close: () => void socket.destroy(), ended, socket };
}

/** A client over a real socket. */
export class RealClient {
  /** Data that came: what a channel or an indication held. */
  readonly heard: string[] = [];
  /** Takes ChannelData instead of `heard`, for those who only count. */
  onChannelData: ((bytes: Uint8Array) => void) | undefined;
  relayed: Endpoint | undefined;
  mapped: Endpoint | undefined;
  readonly #waiting = new Map<string, (message: StunMessage) => void>();
  readonly #listeners = new Set<() => void>();
  readonly #username: string;
  readonly #password: string;
  #nonce: Uint8Array | undefined;
  #realm: Uint8Array = new Uint8Array();
  wire: Wire = { send: () => {}, close: () => {}, ended: Promise.resolve() };

  constructor(id = "ada", now = Date.now(), ttl = 300) {
    const credentials = makeCredentials(secret, id, ttl, now);
    this.#username = credentials.username;
    this.#password = credentials.credential;
  }

  static async connect(
    transport: "udp" | "tcp" | "tls",
    port: number,
    options: { readonly host?: string; readonly id?: string; readonly now?: number } = {},
  ): Promise<RealClient> {
    const client = new RealClient(options.id, options.now);
    client.wire = await open(transport, options.host ?? "127.0.0.1", port, (bytes) => client.#take(bytes));
    return client;
  }

  /** Over a wire of the caller's own making. */
  static over(wire: (onPacket: (bytes: Uint8Array) => void) => Wire, id: string): RealClient {
    const client = new RealClient(id);
    client.wire = wire((bytes) => client.#take(bytes));
    return client;
  }

  /** Asks, signed once a nonce is known, and repeats after a 401. */
  async request(method: number, write: (writer: MessageWriter) => void = () => {}): Promise<StunMessage> {
    const answer = await this.#ask(method, write);
    const error = attributeOf(answer, attributes.errorCode);
    if (error?.[2] !== 4 || error[3] !== 1 || this.#nonce !== undefined) return answer;
    this.#nonce = attributeOf(answer, attributes.nonce);
    this.#realm = attributeOf(answer, attributes.realm) ?? new Uint8Array();
    return await this.#ask(method, write);
  }

  async binding(): Promise<Endpoint | undefined> {
    return address(await this.request(methods.binding), attributes.xorMappedAddress);
  }

  async allocate(write: (writer: MessageWriter) => void = () => {}): Promise<StunMessage> {
    const answer = await this.request(methods.allocate, (writer) => {
      writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0));
      write(writer);
    });
    this.relayed = address(answer, attributes.xorRelayedAddress);
    this.mapped = address(answer, attributes.xorMappedAddress);
    return answer;
  }

  permit(peer: Endpoint): Promise<StunMessage> {
    return this.request(methods.createPermission, (writer) =>
      writer.address(attributes.xorPeerAddress, peer),
    );
  }

  bind(number: number, peer: Endpoint): Promise<StunMessage> {
    return this.request(methods.channelBind, (writer) =>
      writer
        .attribute(attributes.channelNumber, Uint8Array.of(number >> 8, number & 255, 0, 0))
        .address(attributes.xorPeerAddress, peer),
    );
  }

  send(peer: Endpoint, text: string): void {
    this.wire.send(
      new MessageWriter(methods.send, "indication", transactionId())
        .address(attributes.xorPeerAddress, peer)
        .attribute(attributes.data, primitives.utf8(text))
        .finish(),
    );
  }

  channel(number: number, data: Uint8Array): void {
    const bytes = Buffer.alloc(4 + ((data.length + 3) & ~3));
    bytes.writeUInt16BE(number, 0);
    bytes.writeUInt16BE(data.length, 2);
    bytes.set(data, 4);
    this.wire.send(bytes);
  }

  /** Settles when that many pieces of data came. */
  async hears(count: number): Promise<readonly string[]> {
    while (this.heard.length < count) await new Promise<void>((resolve) => this.#listeners.add(resolve));
    return this.heard;
  }

  #ask(method: number, write: (writer: MessageWriter) => void): Promise<StunMessage> {
    const id = transactionId();
    const writer = new MessageWriter(method, "request", id);
    write(writer);
    let key: Uint8Array | undefined;
    if (this.#nonce !== undefined) {
      writer
        .attribute(attributes.username, primitives.utf8(this.#username))
        .attribute(attributes.realm, this.#realm)
        .attribute(attributes.nonce, this.#nonce);
      key = longTermKey(primitives, this.#username, primitives.text(this.#realm), this.#password);
      writer.integrity(key, primitives.hmacSha1);
    }
    const answer = new Promise<StunMessage>((resolve, reject) => {
      this.#waiting.set(id.join(), (message) => {
        if (
          key !== undefined &&
          message.class === "success" &&
          !hasIntegrity(message, key, primitives.hmacSha1)
        )
          reject(new Error("The answer is not signed."));
        else resolve(message);
      });
    });
    this.wire.send(writer.finish());
    return answer;
  }

  #take(bytes: Uint8Array): void {
    if ((bytes[0] ?? 0) >= 0x40) {
      if (this.onChannelData !== undefined) {
        this.onChannelData(bytes);
        return;
      }
      this.#hear(bytes.subarray(4, 4 + readUint16(bytes, 2)));
      return;
    }
    const message = decodeMessage(bytes, primitives.crc32);
    if (message === undefined) throw new Error("The server said what is no STUN.");
    if (message.class === "indication") this.#hear(attributeOf(message, attributes.data) ?? new Uint8Array());
    else this.#waiting.get(message.transactionId.join())?.(message);
  }

  #hear(data: Uint8Array): void {
    this.heard.push(primitives.text(data));
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

export function codeOf(message: StunMessage): number | undefined {
  const error = attributeOf(message, attributes.errorCode);
  return error && (error[2] ?? 0) * 100 + (error[3] ?? 0);
}

function address(message: StunMessage, type: number): Endpoint | undefined {
  const value = attributeOf(message, type);
  return value && readXorAddress(value, message.transactionId);
}

export function endpoint(host: string, port: number): Endpoint {
  const found = parseEndpoint(host, port);
  if (found === undefined) throw new Error(host);
  return found;
}
