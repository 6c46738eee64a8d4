import { createCipheriv, createDecipheriv, timingSafeEqual } from "node:crypto";
import { cmTag, type MakeCounterCrypto, nodeCounter } from "./counter.ts";
import type { SessionKeys } from "./keys.ts";

/** Encrypts and authenticates one packet after another with the same keys. */
export interface PacketSealing {
  /** What a sealed RTP packet has more than its plain one. */
  readonly tagBytes: number;
  /**
   * RTP: `packet` up to `length` is the plain packet, with room for the tag behind it; what is after `headerLength` is encrypted in
   * place. `index`: rollover counter and sequence number.
   */
  sealRtp(packet: Uint8Array, headerLength: number, length: number, rollover: number): void;
  /** `sealed` to `plain`, which has room for all but the tag; false when it is not authentic. */
  openRtp(sealed: Uint8Array, headerLength: number, rollover: number, plain: Uint8Array): boolean;
  /** A compound RTCP packet, sealed with that index. */
  sealRtcp(packet: Uint8Array, index: number): Uint8Array;
  /** Undefined when it is not authentic. */
  openRtcp(sealed: Uint8Array): Uint8Array | undefined;
  /** Memory outside of JavaScript is given back. */
  close(): void;
}

/** AES-GCM by keys that stay and nonces that change; the tag has 16 bytes. */
export interface Gcm {
  /** Writes the ciphertext and the tag to `out` at `at`. */
  seal(nonce: Uint8Array, associated: Uint8Array, plain: Uint8Array, out: Uint8Array, at: number): void;
  /** Writes the text to `out` at `at`; false when it is not authentic, and then `out` means nothing. */
  open(nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array, out: Uint8Array, at: number): boolean;
  close(): void;
}
export type MakeGcm = (key: Uint8Array) => Gcm;

const gcmTag = 16;
const encrypted = 0x8000_0000;

export function nodeGcm(key: Uint8Array): Gcm {
  return {
    seal(nonce, associated, plain, out, at) {
      const cipher = createCipheriv("aes-128-gcm", key, nonce);
      cipher.setAAD(associated);
      out.set(cipher.update(plain), at);
      cipher.final();
      out.set(cipher.getAuthTag(), at + plain.length);
    },
    open(nonce, associated, sealed, out, at) {
      const end = sealed.length - gcmTag;
      const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: gcmTag });
      decipher.setAAD(associated).setAuthTag(sealed.subarray(end));
      out.set(decipher.update(sealed.subarray(0, end)), at);
      try {
        decipher.final();
        return true;
      } catch {
        return false;
      }
    },
    close() {},
  };
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const xorInto = (bytes: Uint8Array, salt: Uint8Array): void => {
  for (let i = 0; i < salt.length; i++) bytes[i] = (bytes[i] ?? 0) ^ (salt[i] ?? 0);
};

/** AEAD_AES_128_GCM for RTP and RTCP (RFC 7714, sections 8 and 9). */
export function gcmSealing(rtp: SessionKeys, rtcp: SessionKeys, make: MakeGcm): PacketSealing {
  const rtpGcm = make(rtp.key);
  const rtcpGcm = make(rtcp.key);
  const nonce = new Uint8Array(12);
  const nonceView = view(nonce);
  const word = new Uint8Array(12);

  const rtpNonce = (packet: Uint8Array, rollover: number): void => {
    nonce[0] = 0;
    nonce[1] = 0;
    nonce.set(packet.subarray(8, 12), 2);
    nonceView.setUint32(6, rollover);
    nonce[10] = packet[2] ?? 0;
    nonce[11] = packet[3] ?? 0;
    xorInto(nonce, rtp.salt);
  };
  /** The nonce, and in `word` what is authenticated besides: the header and the index. */
  const rtcpNonce = (packet: Uint8Array, index: number): void => {
    nonce.fill(0);
    nonce.set(packet.subarray(4, 8), 2);
    nonceView.setUint32(8, index);
    xorInto(nonce, rtcp.salt);
    word.set(packet.subarray(0, 8));
    view(word).setUint32(8, (encrypted | index) >>> 0);
  };

  return {
    tagBytes: gcmTag,
    sealRtp(packet, headerLength, length, rollover) {
      rtpNonce(packet, rollover);
      const plain = packet.subarray(headerLength, length);
      rtpGcm.seal(nonce, packet.subarray(0, headerLength), plain, packet, headerLength);
    },
    openRtp(sealed, headerLength, rollover, plain) {
      if (sealed.length < headerLength + gcmTag) return false;
      rtpNonce(sealed, rollover);
      plain.set(sealed.subarray(0, headerLength));
      return rtpGcm.open(
        nonce,
        sealed.subarray(0, headerLength),
        sealed.subarray(headerLength),
        plain,
        headerLength,
      );
    },
    sealRtcp(packet, index) {
      rtcpNonce(packet, index);
      const out = Buffer.allocUnsafe(packet.length + gcmTag + 4);
      out.set(packet.subarray(0, 8));
      rtcpGcm.seal(nonce, word, packet.subarray(8), out, 8);
      out.set(word.subarray(8), packet.length + gcmTag);
      return out;
    },
    openRtcp(sealed) {
      if (sealed.length < 8 + gcmTag + 4) return undefined;
      const tail = view(sealed).getUint32(sealed.length - 4);
      // What is only signed nobody sends who has keys.
      if (tail < encrypted) return undefined;
      rtcpNonce(sealed, tail - encrypted);
      const plain = new Uint8Array(sealed.length - gcmTag - 4);
      plain.set(sealed.subarray(0, 8));
      const isAuthentic = rtcpGcm.open(nonce, word, sealed.subarray(8, sealed.length - 4), plain, 8);
      return isAuthentic ? plain : undefined;
    },
    close() {
      rtpGcm.close();
      rtcpGcm.close();
    },
  };
}

/** The first counter of a packet's key stream (RFC 3711, section 4.1.1), written to `block`. */
function firstCounter(
  block: Uint8Array,
  salt: Uint8Array,
  packet: Uint8Array,
  ssrcAt: number,
  high: number,
  low: number,
): void {
  block.fill(0);
  for (let i = 0; i < 4; i++) block[4 + i] = packet[ssrcAt + i] ?? 0;
  block[8] = high >>> 24;
  block[9] = high >>> 16;
  block[10] = high >>> 8;
  block[11] = high;
  block[12] = low >>> 8;
  block[13] = low;
  xorInto(block, salt);
}

/** AES128_CM_HMAC_SHA1_80 for RTP and RTCP (RFC 3711, sections 3.3, 3.4 and 4.2). `make`: for RTP, of which there is much. */
export function counterSealing(
  rtp: SessionKeys,
  rtcp: SessionKeys,
  make: MakeCounterCrypto = nodeCounter,
): PacketSealing {
  const media = make(rtp);
  const control = nodeCounter(rtcp);
  const block = new Uint8Array(16);
  const none = new Uint8Array(0);
  const rtpCounter = (packet: Uint8Array, rollover: number): void =>
    firstCounter(block, rtp.salt, packet, 8, rollover, ((packet[2] ?? 0) << 8) | (packet[3] ?? 0));
  // The index has 31 bits and stands where RTP's 48 end.
  const rtcpCounter = (packet: Uint8Array, index: number): void =>
    firstCounter(block, rtcp.salt, packet, 4, index >>> 16, index & 0xffff);
  const four = new Uint8Array(4);

  return {
    tagBytes: cmTag,
    sealRtp(packet, headerLength, length, rollover) {
      rtpCounter(packet, rollover);
      view(four).setUint32(0, rollover);
      media.seal(packet, headerLength, length, block, four);
    },
    openRtp(sealed, headerLength, rollover, plain) {
      if (sealed.length - cmTag < headerLength) return false;
      rtpCounter(sealed, rollover);
      view(four).setUint32(0, rollover);
      return media.open(sealed, headerLength, block, four, plain);
    },
    sealRtcp(packet, index) {
      const end = packet.length + 4;
      const out = Buffer.allocUnsafe(end + cmTag);
      out.set(packet);
      rtcpCounter(out, index);
      control.crypt(out, 8, packet.length, block);
      out.writeUInt32BE((encrypted | index) >>> 0, packet.length);
      out.set(control.tag(out.subarray(0, end), none), end);
      return out;
    },
    openRtcp(sealed) {
      const end = sealed.length - cmTag;
      if (end < 12) return undefined;
      if (!timingSafeEqual(control.tag(sealed.subarray(0, end), none), sealed.subarray(end)))
        return undefined;
      const tail = view(sealed).getUint32(end - 4);
      if (tail < encrypted) return undefined;
      const plain = sealed.slice(0, end - 4);
      rtcpCounter(plain, tail - encrypted);
      control.crypt(plain, 8, plain.length, block);
      return plain;
    },
    close: () => media.close(),
  };
}
