/**
 * The few DER encodings (ITU-T X.690) that an X.509 certificate needs. Only writing: certificates are
 * read by Node's own `X509Certificate`.
 */
import { isIPv4 } from "node:net";

const universal = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8: 0x0c };

/** One element: tag, length in the definite form (X.690, section 8.1.3), content. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = Buffer.from(evenHex(body.length.toString(16)), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, body]);
}

const evenHex = (hex: string) => (hex.length % 2 === 0 ? hex : `0${hex}`);

export const sequence = (...parts: readonly Buffer[]): Buffer => element(0x30, ...parts);
export const setOf = (...parts: readonly Buffer[]): Buffer => element(0x31, ...parts);
export const octetString = (bytes: Buffer): Buffer => element(universal.octetString, bytes);
export const utf8String = (text: string): Buffer => element(universal.utf8, Buffer.from(text, "utf8"));
export const yes = (): Buffer => element(universal.boolean, Buffer.from([0xff]));

/** `[number] EXPLICIT` around constructed content, or `IMPLICIT` in place of a constructed one's tag. */
export const tagged = (number: number, ...content: readonly Buffer[]): Buffer =>
  element(0xa0 | number, ...content);

/** `[number] IMPLICIT` in place of a primitive's tag. */
export const taggedBytes = (number: number, bytes: Buffer): Buffer => element(0x80 | number, bytes);

/** A non-negative integer from its big-endian bytes: no needless zeros in front, one where the sign bit would be set. */
export function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const rest = bytes.subarray(start);
  const needsZero = (rest[0] ?? 0) >= 0x80;
  return element(universal.integer, needsZero ? Buffer.from([0]) : Buffer.alloc(0), rest);
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return element(universal.bitString, Buffer.from([unusedBits]), bytes);
}

/** An object identifier from its dotted form (X.690, section 8.19). */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return element(universal.oid, Buffer.from(bytes));
}

/** A point in time: UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280, section 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, "");
  const isShort = at.getUTCFullYear() < 2050;
  return element(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, "ascii"));
}

/** The 4 or 16 bytes of an IP address in text form (without a zone). */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted?.[1] !== undefined && dotted[2] !== undefined) {
    const hex = addressBytes(dotted[2]).toString("hex");
    return addressBytes(`${dotted[1]}${hex.slice(0, 4)}:${hex.slice(4)}`);
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [
    ...groups(head),
    ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"),
    ...groups(tail),
  ];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
