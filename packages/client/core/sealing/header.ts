/**
 * What stands behind a sealed frame, in the shape of SFrame's header (RFC 9605, section 4.3), at the end instead of at the front,
 * because what passes a frame on looks at its first bytes:
 *
 * ```
 *  clear bytes ‖ ciphertext ‖ tag (16) ‖ header ‖ 1 byte: high half how many bytes are clear, low half how long the header is
 *
 *  header: config ‖ key id ‖ counter, both big-endian in as few bytes as they need
 *  config: bit 7: the key id follows, its length - 1 in bits 6-4; else it is in these bits. Bits 3-0: the same of the counter
 * ```
 */
export interface FrameHeader {
  readonly keyId: number;
  /** Counts the frames that a page sealed, whatever they are of; never the same twice for a key. */
  readonly counter: number;
}

/** Whose key it is: the sender's seat, and which of its keys. One number on the wire: SFrame's key id. */
export interface KeyName {
  readonly seat: number;
  /** Counts the sender's random secrets, modulo 65,536. */
  readonly generation: number;
  /** How often that secret was moved on, because somebody joined. */
  readonly step: number;
}

export const generations = 65_536;
export const lastStep = 255;
const steps = lastStep + 1;

export const keyIdOf = ({ seat, generation, step }: KeyName): number =>
  (seat * generations + generation) * steps + step;

export function keyNameOf(keyId: number): KeyName {
  const rest = Math.floor(keyId / steps);
  return {
    seat: Math.floor(rest / generations),
    generation: rest % generations,
    step: keyId % steps,
  };
}

/** Big-endian, in as few bytes as it needs, at least one. */
function digits(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return bytes;
}

export function encodeFrameHeader({ keyId, counter }: FrameHeader): Uint8Array<ArrayBuffer> {
  const [key, count] = [keyId, counter].map((value) =>
    value < 8 ? { bits: value, bytes: [] } : { bits: 7 + digits(value).length, bytes: digits(value) },
  ) as [{ bits: number; bytes: number[] }, { bits: number; bytes: number[] }];
  return Uint8Array.of((key.bits << 4) | count.bits, ...key.bytes, ...count.bytes);
}

/** Undefined when these bytes are no header, or one with numbers beyond 2⁵³. */
export function decodeFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  let at = 1;
  const read = (bits: number): number => {
    if (bits < 8) return bits;
    let value = 0;
    for (const end = at + bits - 7; at < end; at++) value = value * 256 + (bytes[at] ?? Number.NaN);
    return value;
  };
  const config = bytes[0] ?? 0;
  const keyId = read(config >> 4);
  const counter = read(config & 15);
  return at === bytes.length && Number.isSafeInteger(keyId) && Number.isSafeInteger(counter)
    ? { keyId, counter }
    : undefined;
}

/** SFrame's suite AES_256_GCM_SHA512_128 (RFC 9605, section 4.5). */
export const suite = { number: 5, keyBytes: 32, nonceBytes: 12, tagBytes: 16, hash: "SHA-512" } as const;

/** What the two expansions of a key are bound to (RFC 9605, section 4.4.2). */
export function keyLabel(what: "key" | "salt", keyId: number): Uint8Array<ArrayBuffer> {
  const label = `SFrame 1.0 Secret ${what} `;
  const bytes = new Uint8Array(label.length + 10);
  for (let i = 0; i < label.length; i++) bytes[i] = label.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  view.setUint32(label.length, Math.floor(keyId / 2 ** 32));
  view.setUint32(label.length + 4, keyId % 2 ** 32);
  view.setUint16(label.length + 8, suite.number);
  return bytes;
}

/** The salt with the counter laid over its end (RFC 9605, section 4.4.3). */
export function frameNonce(salt: Uint8Array, counter: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(salt);
  const view = new DataView(nonce.buffer);
  view.setUint32(4, (view.getUint32(4) ^ Math.floor(counter / 2 ** 32)) >>> 0);
  view.setUint32(8, (view.getUint32(8) ^ (counter % 2 ** 32)) >>> 0);
  return nonce;
}

/** The parts of a sealed frame, or undefined when it can be none. */
export interface SealedParts {
  readonly header: FrameHeader;
  /** In clear, and what is authenticated with it: header, clear bytes, last byte. */
  readonly clear: Uint8Array;
  readonly bound: Uint8Array<ArrayBuffer>;
  /** Ciphertext and tag. */
  readonly sealed: Uint8Array;
}

/** Header, clear bytes and last byte: what a seal is bound to besides the frame itself. */
export function boundBytes(
  header: Uint8Array,
  clear: Uint8Array,
): { readonly bound: Uint8Array<ArrayBuffer>; readonly last: number } {
  const last = (clear.length << 4) | header.length;
  const bound = new Uint8Array(header.length + clear.length + 1);
  bound.set(header);
  bound.set(clear, header.length);
  bound[bound.length - 1] = last;
  return { bound, last };
}

/** The most bytes of a frame that can stay in clear, and that a header has. */
export const mostClear = 15;

export function splitSealed(frame: Uint8Array): SealedParts | undefined {
  const last = frame[frame.length - 1] ?? 0;
  const [clearBytes, headerBytes] = [last >> 4, last & 15];
  const headerAt = frame.length - 1 - headerBytes;
  if (headerBytes === 0 || headerAt < clearBytes + suite.tagBytes) return undefined;
  const headerPart = frame.subarray(headerAt, headerAt + headerBytes);
  const header = decodeFrameHeader(headerPart);
  const clear = frame.subarray(0, clearBytes);
  return (
    header && {
      header,
      clear,
      bound: boundBytes(headerPart, clear).bound,
      sealed: frame.subarray(clearBytes, headerAt),
    }
  );
}
