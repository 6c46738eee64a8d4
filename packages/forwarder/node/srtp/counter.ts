import { createCipheriv, createHmac, timingSafeEqual } from "node:crypto";
import type { SessionKeys } from "./keys.ts";

/** Bytes of a tag of AES128_CM_HMAC_SHA1_80. */
export const cmTag = 10;

/** Counter mode and HMAC-SHA1 under one direction's keys (RFC 3711, sections 4.1.1 and 4.2.1), for RTP. */
export interface CounterCrypto {
  /**
   * Encrypts `packet` between `from` and `to` in place, by a key stream that begins with the counter `first` (whose last two bytes are 0), and writes the tag of all up to
   * `to`, and of `more`, behind it.
   */
  seal(packet: Uint8Array, from: number, to: number, first: Uint8Array, more: Uint8Array): void;
  /** `sealed` to `plain`, which has room for all but the tag; false when it is not authentic. */
  open(sealed: Uint8Array, from: number, first: Uint8Array, more: Uint8Array, plain: Uint8Array): boolean;
  /** Gives back what is outside of JavaScript. */
  close(): void;
}
export type MakeCounterCrypto = (keys: SessionKeys) => CounterCrypto;

/**
 * By Node's own cryptography. A cipher costs more to set up than to use, so AES is a block cipher that is set up once: each packet's counters are
 * encrypted in one go and give its key stream.
 */
export function nodeCounter({ key, authentication }: SessionKeys): CounterCrypto & {
  crypt(packet: Uint8Array, from: number, to: number, first: Uint8Array): void;
  tag(authenticated: Uint8Array, more: Uint8Array): Uint8Array;
} {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  let counters = Buffer.alloc(0);
  const crypt = (packet: Uint8Array, from: number, to: number, first: Uint8Array): void => {
    const blocks = (to - from + 15) >>> 4;
    if (blocks === 0) return;
    if (counters.length < blocks * 16) counters = Buffer.allocUnsafe(blocks * 16);
    for (let i = 0; i < blocks; i++) {
      counters.set(first, i * 16);
      counters[i * 16 + 14] = i >> 8;
      counters[i * 16 + 15] = i;
    }
    const stream = cipher.update(counters.subarray(0, blocks * 16));
    for (let i = from; i < to; i++) packet[i] = (packet[i] ?? 0) ^ (stream[i - from] ?? 0);
  };
  const tag = (authenticated: Uint8Array, more: Uint8Array): Uint8Array =>
    createHmac("sha1", authentication).update(authenticated).update(more).digest().subarray(0, cmTag);
  return {
    crypt,
    tag,
    seal(packet, from, to, first, more) {
      crypt(packet, from, to, first);
      packet.set(tag(packet.subarray(0, to), more), to);
    },
    open(sealed, from, first, more, plain) {
      const to = sealed.length - cmTag;
      if (!timingSafeEqual(tag(sealed.subarray(0, to), more), sealed.subarray(to))) return false;
      plain.set(sealed.subarray(0, to));
      crypt(plain, from, to, first);
      return true;
    },
    close() {},
  };
}
