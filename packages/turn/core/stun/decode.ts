import type { Endpoint } from "../address.ts";
import type { Primitives } from "../primitives.ts";
import { isSameSecret } from "../primitives.ts";
import { attributes, headerBytes, magicCookie } from "./registry.ts";

export type MessageClass = "request" | "indication" | "success" | "error";

export interface Attribute {
  readonly type: number;
  /** A view into the message. */
  readonly value: Uint8Array;
}

/** A STUN message whose frame is sound. Nothing is said about who sent it. */
export interface StunMessage {
  readonly bytes: Uint8Array;
  readonly class: MessageClass;
  readonly method: number;
  /** 12 bytes, a view into the message. */
  readonly transactionId: Uint8Array;
  /** In order, up to and without MESSAGE-INTEGRITY: what follows it could have been added by anyone. */
  readonly attributes: readonly Attribute[];
  /** Where the MESSAGE-INTEGRITY attribute begins. */
  readonly integrityAt: number | undefined;
  readonly hasFingerprint: boolean;
}

const classes = ["request", "indication", "success", "error"] as const;
const aligned = (length: number): number => (length + 3) & ~3;

/**
 * Reads a STUN message (RFC 8489, sections 5 and 14). Undefined when the bytes are not exactly one: other leading bits, no magic
 * cookie, a length that is not theirs, an attribute that goes over the end, a FINGERPRINT that is wrong or not last.
 */
export function decodeMessage(bytes: Uint8Array, crc32: Primitives["crc32"]): StunMessage | undefined {
  if (bytes.length < headerBytes || (bytes[0] ?? 255) > 3) return undefined;
  if ((bytes.length & 3) !== 0 || readUint16(bytes, 2) !== bytes.length - headerBytes) return undefined;
  if (readUint32(bytes, 4) !== magicCookie) return undefined;
  const found: Attribute[] = [];
  let integrityAt: number | undefined;
  let hasFingerprint = false;
  for (let at = headerBytes; at < bytes.length; ) {
    const type = readUint16(bytes, at);
    const length = readUint16(bytes, at + 2);
    const end = at + 4 + aligned(length);
    if (end > bytes.length || hasFingerprint) return undefined;
    if (type === attributes.fingerprint) {
      if (length !== 4 || readUint32(bytes, at + 4) !== fingerprintOf(bytes.subarray(0, at), crc32))
        return undefined;
      hasFingerprint = true;
    } else if (integrityAt === undefined) {
      if (type === attributes.messageIntegrity) {
        if (length !== 20) return undefined;
        integrityAt = at;
      } else found.push({ type, value: bytes.subarray(at + 4, at + 4 + length) });
    }
    at = end;
  }
  const type = readUint16(bytes, 0);
  return {
    bytes,
    class: classes[((type >> 4) & 1) | ((type >> 7) & 2)] ?? "request",
    method: (type & 0x000f) | ((type >> 1) & 0x0070) | ((type >> 2) & 0x0f80),
    transactionId: bytes.subarray(8, headerBytes),
    attributes: found,
    integrityAt,
    hasFingerprint,
  };
}

/** The first attribute of that type; later ones of the same type don't count (RFC 8489, section 14). */
export function attributeOf(message: StunMessage, type: number): Uint8Array | undefined {
  for (const attribute of message.attributes) if (attribute.type === type) return attribute.value;
  return undefined;
}

/** Whether MESSAGE-INTEGRITY is there and made with this key (RFC 8489, section 14.5). */
export function hasIntegrity(
  message: StunMessage,
  key: Uint8Array,
  hmacSha1: Primitives["hmacSha1"],
): boolean {
  const at = message.integrityAt;
  if (at === undefined) return false;
  const covered = message.bytes.slice(0, at);
  // The length counts up to the end of MESSAGE-INTEGRITY, whatever came after it.
  writeUint16(covered, 2, at + 24 - headerBytes);
  return isSameSecret(hmacSha1(key, covered), message.bytes.subarray(at + 4, at + 24));
}

/** Reads an XOR-…-ADDRESS (RFC 8489, section 14.2); undefined when it is none. */
export function readXorAddress(value: Uint8Array, transactionId: Uint8Array): Endpoint | undefined {
  const family = value[1];
  const size = family === 1 ? 4 : family === 2 ? 16 : 0;
  if (size === 0 || value.length !== 4 + size) return undefined;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (value[4 + i] ?? 0) ^ maskAt(i, transactionId);
  return { family: size === 4 ? 4 : 6, bytes, port: readUint16(value, 2) ^ (magicCookie >>> 16) };
}

/** The bytes that addresses are hidden with: the magic cookie and then the transaction id. */
export function maskAt(index: number, transactionId: Uint8Array): number {
  return index < 4 ? (magicCookie >>> (24 - index * 8)) & 255 : (transactionId[index - 4] ?? 0);
}

/** The FINGERPRINT of the bytes before it, whose length must count it already (RFC 8489, section 14.7). */
export function fingerprintOf(before: Uint8Array, crc32: Primitives["crc32"]): number {
  return (crc32(before) ^ 0x5354554e) >>> 0;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) * 65536 + readUint16(bytes, at + 2);
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value >>> 16);
  writeUint16(bytes, at + 2, value & 0xffff);
}
