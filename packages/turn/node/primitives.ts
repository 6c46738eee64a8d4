import { createHash, createHmac, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Primitives } from "../core/index.ts";

/** The core's cryptography, chance and text, as Node has them. */
export const primitives: Primitives = {
  hmacSha1: (key, data) => createHmac("sha1", key).update(data).digest(),
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
  // RFC 8489, section 9.2.2 makes keys with MD5; what is hashed holds a password of 160 bits.
  md5: (data) => createHash("md5").update(data).digest(),
  crc32: (data) => crc32(data),
  randomInt: (min, max) => randomInt(min, max + 1),
  // Decides which packets of a lab are lost, nothing else.
  chance: Math.random,
  allocate: (size) => Buffer.allocUnsafe(size),
  utf8: (text) => Buffer.from(text, "utf8"),
  text: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
  base64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
};
