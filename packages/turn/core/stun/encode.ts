import type { Endpoint } from "../address.ts";
import type { Primitives } from "../primitives.ts";
import { fingerprintOf, type MessageClass, maskAt, writeUint16, writeUint32 } from "./decode.ts";
import { attributes, type ErrorCode, headerBytes, magicCookie, reasons } from "./registry.ts";

/** The first two bytes of a message (RFC 8489, section 5). */
export function messageType(method: number, messageClass: MessageClass): number {
  const bits = { request: 0, indication: 0x0010, success: 0x0100, error: 0x0110 }[messageClass];
  return (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2) | bits;
}

/** Builds one STUN message, attribute by attribute. */
export class MessageWriter {
  #bytes = new Uint8Array(192);
  #length = headerBytes;

  constructor(method: number, messageClass: MessageClass, transactionId: Uint8Array) {
    writeUint16(this.#bytes, 0, messageType(method, messageClass));
    writeUint32(this.#bytes, 4, magicCookie);
    this.#bytes.set(transactionId, 8);
  }

  attribute(type: number, value: Uint8Array): this {
    const at = this.#open(type, value.length);
    this.#bytes.set(value, at);
    return this;
  }

  number(type: number, value: number): this {
    const at = this.#open(type, 4);
    writeUint32(this.#bytes, at, value);
    return this;
  }

  /** XOR-MAPPED-ADDRESS and its like (RFC 8489, section 14.2). */
  address(type: number, endpoint: Endpoint): this {
    const at = this.#open(type, 4 + endpoint.bytes.length);
    writeXorAddress(this.#bytes, at, endpoint, this.#bytes.subarray(8, headerBytes));
    return this;
  }

  /** ERROR-CODE (RFC 8489, section 14.8). Without the phrase where every byte counts. */
  error(code: ErrorCode, withPhrase: boolean): this {
    const phrase = withPhrase ? reasons[code] : "";
    const at = this.#open(attributes.errorCode, 4 + phrase.length);
    this.#bytes[at + 2] = Math.floor(code / 100);
    this.#bytes[at + 3] = code % 100;
    for (let i = 0; i < phrase.length; i++) this.#bytes[at + 4 + i] = phrase.charCodeAt(i);
    return this;
  }

  /** UNKNOWN-ATTRIBUTES (RFC 8489, section 14.9). */
  unknown(types: readonly number[]): this {
    const at = this.#open(attributes.unknownAttributes, types.length * 2);
    for (const [index, type] of types.entries()) writeUint16(this.#bytes, at + index * 2, type);
    return this;
  }

  /** MESSAGE-INTEGRITY with this key (RFC 8489, section 14.5); only FINGERPRINT may follow. */
  integrity(key: Uint8Array, hmacSha1: Primitives["hmacSha1"]): this {
    const before = this.#length;
    const at = this.#open(attributes.messageIntegrity, 20);
    this.#bytes.set(hmacSha1(key, this.#bytes.subarray(0, before)), at);
    return this;
  }

  fingerprint(crc32: Primitives["crc32"]): this {
    const before = this.#length;
    const at = this.#open(attributes.fingerprint, 4);
    writeUint32(this.#bytes, at, fingerprintOf(this.#bytes.subarray(0, before), crc32));
    return this;
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for a value, with the header's length already counting it. Returns where the value goes; `#bytes` may be another after it. */
  #open(type: number, length: number): number {
    const at = this.#length;
    this.#length = at + 4 + ((length + 3) & ~3);
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    writeUint16(this.#bytes, at, type);
    writeUint16(this.#bytes, at + 2, length);
    writeUint16(this.#bytes, 2, this.#length - headerBytes);
    return at + 4;
  }
}

/** Writes the value of an XOR-…-ADDRESS. */
export function writeXorAddress(
  bytes: Uint8Array,
  at: number,
  endpoint: Endpoint,
  transactionId: Uint8Array,
): void {
  bytes[at] = 0;
  bytes[at + 1] = endpoint.family === 4 ? 1 : 2;
  writeUint16(bytes, at + 2, endpoint.port ^ (magicCookie >>> 16));
  for (let i = 0; i < endpoint.bytes.length; i++)
    bytes[at + 4 + i] = (endpoint.bytes[i] ?? 0) ^ maskAt(i, transactionId);
}
