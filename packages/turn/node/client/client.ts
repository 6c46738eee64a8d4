/** A STUN and TURN client, to see whether a relay works: it binds, allocates, and passes data from one allocation to another. */
import { randomBytes } from "node:crypto";
import { longTermKey } from "../../core/auth/credentials.ts";
import type { Endpoint } from "../../core/index.ts";
import {
  attributeOf,
  decodeMessage,
  hasIntegrity,
  readXorAddress,
  type StunMessage,
} from "../../core/stun/decode.ts";
import { MessageWriter } from "../../core/stun/encode.ts";
import { attributes, methods } from "../../core/stun/registry.ts";
import { primitives } from "../primitives.ts";
import { openWire, type Wire, type WireOptions } from "./wire.ts";

/** A request that came to nothing. `code` is `timeout`, `stun-<number>` for a refusal, or what ended the connection. */
export class TurnClientError extends Error {
  override readonly name = "TurnClientError";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Where to go and as whom. */
export interface TurnClientOptions extends WireOptions {
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/** Data that came through the relay. */
export interface RelayedData {
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** RFC 8489, section 6.2.1: the first repetition after this, each further one after twice as long. */
const repeatMs = 500;

/** One client on one connection, with at most one allocation. */
export class TurnClient {
  readonly #options: TurnClientOptions;
  readonly #waiting = new Map<string, (message: StunMessage) => void>();
  readonly #failing = new Set<(error: Error) => void>();
  readonly #received: RelayedData[] = [];
  #listener: (() => void) | undefined;
  #wire: Wire | undefined;
  #ended: string | undefined;
  #nonce: Uint8Array | undefined;
  #realm: Uint8Array = new Uint8Array();
  #hasAllocation = false;

  private constructor(options: TurnClientOptions) {
    this.#options = options;
  }

  /** @throws Error whose `code` says why there is no connection */
  static async connect(options: TurnClientOptions): Promise<TurnClient> {
    const client = new TurnClient(options);
    client.#wire = await openWire(options, {
      packet: (bytes) => client.#take(bytes),
      ended: (code) => client.#end(code),
    });
    return client;
  }

  /** The address by which the server sees this client. */
  async binding(): Promise<Endpoint> {
    return addressIn(await this.#request(methods.binding), attributes.xorMappedAddress);
  }

  /** Allocates an address at the relay, for UDP to peers. */
  async allocate(): Promise<{ readonly relayed: Endpoint; readonly mapped: Endpoint }> {
    const answer = await this.#request(methods.allocate, (writer) =>
      writer.attribute(attributes.requestedTransport, Uint8Array.of(17, 0, 0, 0)),
    );
    this.#hasAllocation = true;
    return {
      relayed: addressIn(answer, attributes.xorRelayedAddress),
      mapped: addressIn(answer, attributes.xorMappedAddress),
    };
  }

  /** Lets data from this peer's address through. */
  async permit(peer: Endpoint): Promise<void> {
    await this.#request(methods.createPermission, (writer) =>
      writer.address(attributes.xorPeerAddress, peer),
    );
  }

  /** Sends data to a peer, once, as networks do. */
  send(peer: Endpoint, bytes: Uint8Array): void {
    this.#wire?.send(
      new MessageWriter(methods.send, "indication", randomBytes(12))
        .address(attributes.xorPeerAddress, peer)
        .attribute(attributes.data, bytes)
        .finish(),
    );
  }

  /** The next data that comes, or came already. */
  async receive(): Promise<RelayedData> {
    return await this.#bounded(async (failed) => {
      for (;;) {
        const next = this.#received.shift();
        if (next !== undefined) return next;
        await new Promise<void>((done, reject) => {
          this.#listener = done;
          failed(reject);
        });
      }
    });
  }

  /** Gives the allocation back and closes. */
  close(): void {
    if (this.#hasAllocation && this.#ended === undefined)
      this.#wire?.send(
        this.#message(methods.refresh, randomBytes(12), (writer) => writer.number(attributes.lifetime, 0))
          .bytes,
      );
    this.#ended ??= "closed";
    const wire = this.#wire;
    // What was sent last still has to leave.
    setImmediate(() => wire?.close());
  }

  /** Asks; once more, signed, when the server wants to know who asks. */
  async #request(method: number, write: (writer: MessageWriter) => void = () => {}): Promise<StunMessage> {
    const first = await this.#ask(method, write);
    const refusal = refusalOf(first);
    if (refusal === undefined) return first;
    const nonce = attributeOf(first, attributes.nonce);
    const mayTry = (refusal === 401 && this.#nonce === undefined) || refusal === 438;
    if (!mayTry || nonce === undefined || this.#options.username === undefined)
      throw new TurnClientError(`stun-${refusal}`);
    this.#nonce = nonce.slice();
    this.#realm = attributeOf(first, attributes.realm)?.slice() ?? this.#realm;
    const second = await this.#ask(method, write);
    const again = refusalOf(second);
    if (again !== undefined) throw new TurnClientError(`stun-${again}`);
    return second;
  }

  #message(method: number, id: Uint8Array, write: (writer: MessageWriter) => void) {
    const { username = "", credential = "" } = this.#options;
    const writer = new MessageWriter(method, "request", id);
    write(writer);
    if (this.#nonce === undefined) return { bytes: writer.finish(), key: undefined };
    const key = longTermKey(primitives, username, primitives.text(this.#realm), credential);
    writer
      .attribute(attributes.username, primitives.utf8(username))
      .attribute(attributes.realm, this.#realm)
      .attribute(attributes.nonce, this.#nonce)
      .integrity(key, primitives.hmacSha1);
    return { bytes: writer.finish(), key };
  }

  async #ask(method: number, write: (writer: MessageWriter) => void): Promise<StunMessage> {
    const id = randomBytes(12);
    const { bytes, key } = this.#message(method, id, write);
    let repeat: NodeJS.Timeout | undefined;
    try {
      return await this.#bounded(
        (failed) =>
          new Promise<StunMessage>((done, reject) => {
            failed(reject);
            this.#waiting.set(id.toString("hex"), (message) => {
              // An answer that anybody could have written does not count; a refusal can't be signed.
              if (
                key !== undefined &&
                message.class === "success" &&
                !hasIntegrity(message, key, primitives.hmacSha1)
              )
                return;
              done(message);
            });
            const send = (waitMs: number) => {
              this.#wire?.send(bytes);
              if (this.#wire?.isLossy) repeat = setTimeout(() => send(waitMs * 2), waitMs);
            };
            send(repeatMs);
          }),
      );
    } finally {
      clearTimeout(repeat);
      this.#waiting.delete(id.toString("hex"));
    }
  }

  /** Runs something that ends with the connection, or when the time is up. */
  async #bounded<T>(run: (failed: (reject: (error: Error) => void) => void) => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) throw new TurnClientError(this.#ended);
    const mine = new Set<(error: Error) => void>();
    const timer = setTimeout(() => {
      for (const reject of mine) reject(new TurnClientError("timeout"));
    }, this.#options.timeoutMs);
    try {
      return await run((reject) => {
        mine.add(reject);
        this.#failing.add(reject);
      });
    } finally {
      clearTimeout(timer);
      for (const reject of mine) this.#failing.delete(reject);
    }
  }

  #end(code: string): void {
    this.#ended ??= code;
    for (const reject of this.#failing) reject(new TurnClientError(code));
  }

  #take(bytes: Uint8Array): void {
    const message = decodeMessage(bytes, primitives.crc32);
    if (message === undefined) return;
    if (message.class !== "indication") {
      this.#waiting.get(Buffer.from(message.transactionId).toString("hex"))?.(message);
      return;
    }
    const data = attributeOf(message, attributes.data);
    const peer = attributeOf(message, attributes.xorPeerAddress);
    const from = peer && readXorAddress(peer, message.transactionId);
    // A few are kept for who asks later; this is no client to receive much with.
    if (message.method !== methods.data || data === undefined || from === undefined) return;
    if (this.#received.length < 64) this.#received.push({ from, bytes: data.slice() });
    this.#listener?.();
  }
}

function refusalOf(message: StunMessage): number | undefined {
  if (message.class !== "error") return undefined;
  const error = attributeOf(message, attributes.errorCode);
  return error === undefined ? 0 : (error[2] ?? 0) * 100 + (error[3] ?? 0);
}

function addressIn(message: StunMessage, type: number): Endpoint {
  const value = attributeOf(message, type);
  const address = value && readXorAddress(value, message.transactionId);
  if (address === undefined) throw new TurnClientError("no-address");
  return { ...address, bytes: address.bytes.slice() };
}
