import { primitives } from "../../node/primitives.ts";
import { type Endpoint, formatHost, parseEndpoint } from "../address.ts";
import { longTermKey, passwordOf } from "../auth/credentials.ts";
import {
  attributeOf,
  decodeMessage,
  hasIntegrity,
  type MessageClass,
  readUint16,
  readUint32,
  readXorAddress,
  type StunMessage,
} from "../stun/decode.ts";
import { MessageWriter } from "../stun/encode.ts";
import { attributes, methods } from "../stun/registry.ts";
import type { Allocation, Path, Transport } from "./allocation.ts";
import type { Effect } from "./effects.ts";
import { Relay } from "./relay.ts";
import type { RelayOptions } from "./world.ts";

export const secret = "a secret of the tests";
export const realm = "parlour";

/** A relay with a clock that the test moves, and what came out of it. */
export class Rehearsal {
  now = 1_700_000_000_000;
  readonly relay: Relay;
  /** Everything that clients were sent, by path; and what left real ports. */
  readonly sent: { path: Path; bytes: Uint8Array; delayMs: number }[] = [];
  readonly emitted: { from: Allocation; to: Endpoint; bytes: Uint8Array }[] = [];
  readonly others: Effect[] = [];
  /** In open mode: whether a port can be had. */
  canBind: (port: number) => boolean | "later" = () => true;
  #ports = 40_000;

  constructor(options: Partial<RelayOptions> = {}) {
    this.relay = new Relay(
      {
        secret,
        realm,
        nonceKey: new Uint8Array(32).fill(9),
        mode: { kind: "closed" },
        limits: {},
        primitives,
        ...options,
      },
      this.now,
    );
  }

  get seconds(): number {
    return Math.floor(this.now / 1000);
  }

  client(host = "198.51.100.7", options: { transport?: Transport; id?: string; port?: number } = {}): Client {
    return new Client(
      this,
      host,
      options.port ?? this.#ports++,
      options.transport ?? "udp",
      options.id ?? "ada",
    );
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.sent.push(effect);
      else if (effect.kind === "emit")
        this.emitted.push({ from: effect.allocation, to: effect.to, bytes: effect.bytes });
      else {
        this.others.push(effect);
        if (effect.kind !== "bind") continue;
        const isBound = this.canBind(effect.allocation.relayed.port);
        if (isBound !== "later") this.perform(this.relay.bound(effect.allocation, isBound));
      }
    }
  }

  /** Lets time pass, a tick every second. */
  wait(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1000;
      this.perform(this.relay.tick(this.now));
    }
  }
}

/** Attributes to write, in order. */
export type Write = (writer: MessageWriter) => void;

/** What a client reads. */
export interface Reply {
  readonly message: StunMessage;
  readonly ok: boolean;
  readonly code: number | undefined;
  readonly isSigned: boolean;
}

let transactions = 0;
export function transactionId(): Uint8Array {
  const id = new Uint8Array(12).fill(5);
  new DataView(id.buffer).setUint32(0, ++transactions);
  return id;
}

/** A client as the RFCs describe one. */
export class Client {
  readonly path: Path;
  username: string;
  password: string;
  nonce: Uint8Array | undefined;
  readonly rehearsal: Rehearsal;
  /** What came, taken out by `take…`. */
  readonly #seen = new Set<unknown>();

  constructor(rehearsal: Rehearsal, host: string, port: number, transport: Transport, id: string) {
    const client = parseEndpoint(host, port);
    if (client === undefined) throw new Error(host);
    this.rehearsal = rehearsal;
    this.path = { transport, client, allocation: undefined };
    this.username = `${rehearsal.seconds + 300}:${id}`;
    this.password = passwordOf(primitives, secret, this.username);
  }

  /** Fresh credentials. */
  renew(): this {
    this.username = this.username.replace(/^\d+/, String(this.rehearsal.seconds + 300));
    this.password = passwordOf(primitives, secret, this.username);
    return this;
  }

  get key(): Uint8Array {
    return longTermKey(primitives, this.username, realm, this.password);
  }

  get relayed(): Endpoint {
    if (this.path.allocation === undefined) throw new Error("There is no allocation.");
    return this.path.allocation.relayed;
  }

  /** Packets that came since the last look. */
  take(): Uint8Array[] {
    const mine = this.rehearsal.sent.filter((one) => one.path === this.path && !this.#seen.has(one));
    for (const one of mine) this.#seen.add(one);
    return mine.map(({ bytes }) => bytes);
  }

  raw(bytes: Uint8Array): Uint8Array[] {
    this.rehearsal.perform(this.rehearsal.relay.receive(this.path, bytes, this.rehearsal.now));
    return this.take();
  }

  /** A request without signature. */
  plain(method: number, write: Write = () => {}, id = transactionId()): Uint8Array {
    const writer = new MessageWriter(method, "request", id);
    write(writer);
    return writer.finish();
  }

  typed(method: number, messageClass: MessageClass): Uint8Array {
    return new MessageWriter(method, messageClass, transactionId()).finish();
  }

  signed(method: number, write: Write = () => {}, id = transactionId()): Uint8Array {
    const writer = new MessageWriter(method, "request", id);
    write(writer);
    writer
      .attribute(attributes.username, primitives.utf8(this.username))
      .attribute(attributes.realm, primitives.utf8(realm))
      .attribute(attributes.nonce, this.nonce ?? this.#fetchNonce());
    return writer.integrity(this.key, primitives.hmacSha1).finish();
  }

  request(method: number, write: Write = () => {}, id = transactionId()): Reply {
    return this.ask(this.signed(method, write, id));
  }

  /** The one answer to these bytes; throws when there is none. */
  ask(bytes: Uint8Array): Reply {
    const [answer, ...more] = this.raw(bytes.slice());
    if (answer === undefined || more.length > 0) throw new Error(`${more.length + (answer ? 1 : 0)} answers`);
    return this.read(answer);
  }

  read(bytes: Uint8Array): Reply {
    const message = decodeMessage(bytes, primitives.crc32);
    if (message === undefined) throw new Error("That is no STUN message.");
    const error = attributeOf(message, attributes.errorCode);
    return {
      message,
      ok: message.class === "success",
      code: error && (error[2] ?? 0) * 100 + (error[3] ?? 0),
      isSigned: hasIntegrity(message, this.key, primitives.hmacSha1),
    };
  }

  allocate(write: Write = () => {}): Reply {
    return this.request(methods.allocate, (writer) => {
      writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0));
      write(writer);
    });
  }

  refresh(lifetime: number): Reply {
    return this.request(methods.refresh, (writer) => writer.number(attributes.lifetime, lifetime));
  }

  permit(...peers: readonly Endpoint[]): Reply {
    return this.request(methods.createPermission, (writer) => {
      for (const peer of peers) writer.address(attributes.xorPeerAddress, peer);
    });
  }

  bind(number: number, peer: Endpoint): Reply {
    return this.request(methods.channelBind, (writer) =>
      writer
        .attribute(attributes.channelNumber, Uint8Array.of(number >> 8, number & 255, 0, 0))
        .address(attributes.xorPeerAddress, peer),
    );
  }

  /** A Send indication. */
  send(peer: Endpoint, data: Uint8Array, write: Write = () => {}): void {
    const writer = new MessageWriter(methods.send, "indication", transactionId());
    writer.address(attributes.xorPeerAddress, peer).attribute(attributes.data, data);
    write(writer);
    this.rehearsal.perform(
      this.rehearsal.relay.receive(this.path, writer.finish().slice(), this.rehearsal.now),
    );
  }

  channel(number: number, data: Uint8Array, padding = 0): void {
    const bytes = new Uint8Array(4 + data.length + padding);
    bytes.set([number >> 8, number & 255, data.length >> 8, data.length & 255]);
    bytes.set(data, 4);
    this.rehearsal.perform(this.rehearsal.relay.receive(this.path, bytes, this.rehearsal.now));
  }

  /** What came as data: `channel 16384: text` or `192.0.2.1:port: text`. */
  heard(): string[] {
    return this.take().map((bytes) => {
      const text = (data: Uint8Array): string => primitives.text(data);
      if ((bytes[0] ?? 0) >= 0x40)
        return `channel ${readUint16(bytes, 0)}: ${text(bytes.subarray(4, 4 + readUint16(bytes, 2)))}`;
      const { message } = this.read(bytes);
      const peer = attributeOf(message, attributes.xorPeerAddress);
      const from = peer && readXorAddress(peer, message.transactionId);
      const data = attributeOf(message, attributes.data);
      if (message.class !== "indication" || message.method !== methods.data || !from || !data)
        throw new Error("That is no data.");
      return `${formatHost(from.bytes)}:${from.port}: ${text(data)}`;
    });
  }

  #fetchNonce(): Uint8Array {
    const reply = this.ask(
      this.plain(methods.allocate, (writer) =>
        writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0)),
      ),
    );
    this.nonce = attributeOf(reply.message, attributes.nonce);
    if (this.nonce === undefined) throw new Error(`There is no nonce in ${reply.code}.`);
    return this.nonce;
  }
}

export function lifetimeOf(reply: Reply): number | undefined {
  const value = attributeOf(reply.message, attributes.lifetime);
  return value && readUint32(value, 0);
}

export function addressIn(reply: Reply, type: number): string | undefined {
  const value = attributeOf(reply.message, type);
  const endpoint = value && readXorAddress(value, reply.message.transactionId);
  return endpoint && `${formatHost(endpoint.bytes)}:${endpoint.port}`;
}

export const bytesOf = (text: string): Uint8Array => primitives.utf8(text);

export function at(host: string, port = 5000): Endpoint {
  const endpoint = parseEndpoint(host, port);
  if (endpoint === undefined) throw new Error(host);
  return endpoint;
}
