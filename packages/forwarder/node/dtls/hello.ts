import { dtls12 } from "./records.ts";

/** ECDHE_ECDSA with AES-128-GCM and SHA-256: the suite that every WebRTC endpoint has (RFC 8827, section 6.5). */
export const cipherSuite = 0xc02b;
const noRenegotiationSuite = 0x00ff;

const extensions = {
  groups: 10,
  pointFormats: 11,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

export interface ClientHello {
  readonly random: Uint8Array;
  readonly suites: readonly number[];
  /** Curves, by IANA's numbers. */
  readonly groups: readonly number[];
  /** Codes of SRTP profiles. */
  readonly srtpProfiles: readonly number[];
  readonly hasExtendedMasterSecret: boolean;
  readonly hasPointFormats: boolean;
  readonly saysNoRenegotiation: boolean;
}

/** Reads bytes one after the other; what goes over the end throws a RangeError. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError("The message is cut off.");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Something with its length before it, in so many bytes. */
  vector(lengthBytes: number): Uint8Array {
    return this.take(this.number(lengthBytes));
  }
}

const numbers = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0));

/** RFC 5246, section 7.4.1.2 with the cookie of RFC 6347. Throws when it is none or can't be served. */
export function readClientHello(body: Uint8Array): ClientHello {
  const reader = new Reader(body);
  if (reader.number(2) > dtls12) throw new RangeError("The page has no DTLS 1.2.");
  const random = reader.take(32);
  reader.vector(1);
  reader.vector(1);
  const suites = numbers(reader.vector(2));
  if (!reader.vector(1).includes(0)) throw new RangeError("The page compresses always.");
  const found = new Map<number, Uint8Array>();
  if (!reader.isAtEnd) {
    const list = new Reader(reader.vector(2));
    while (!list.isAtEnd) found.set(list.number(2), list.vector(2));
  }
  const listed = (type: number): readonly number[] => {
    const value = found.get(type);
    return value === undefined ? [] : numbers(new Reader(value).vector(2));
  };
  return {
    random,
    suites,
    groups: listed(extensions.groups),
    srtpProfiles: listed(extensions.useSrtp),
    hasExtendedMasterSecret: found.has(extensions.extendedMasterSecret),
    hasPointFormats: found.has(extensions.pointFormats),
    saysNoRenegotiation: found.has(extensions.renegotiationInfo) || suites.includes(noRenegotiationSuite),
  };
}

export function writeServerHello(random: Uint8Array, hello: ClientHello, srtpProfile: number): Buffer {
  const extension = (type: number, value: readonly number[]): readonly number[] => [
    ...[type >> 8, type & 255],
    ...[0, value.length],
    ...value,
  ];
  const list = [
    ...extension(extensions.useSrtp, [0, 2, srtpProfile >> 8, srtpProfile & 255, 0]),
    ...extension(extensions.extendedMasterSecret, []),
    ...(hello.hasPointFormats ? extension(extensions.pointFormats, [1, 0]) : []),
    ...(hello.saysNoRenegotiation ? extension(extensions.renegotiationInfo, [0]) : []),
  ];
  return Buffer.from([
    ...[dtls12 >> 8, dtls12 & 255],
    ...random,
    // No session to come back to.
    0,
    ...[cipherSuite >> 8, cipherSuite & 255],
    // Not compressed.
    0,
    ...[list.length >> 8, list.length & 255],
    ...list,
  ]);
}
