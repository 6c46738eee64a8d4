import { parseBytes } from "../address.ts";

/** A block of addresses of one family. */
export interface Range {
  readonly bytes: Uint8Array;
  /** Leading bits that count. */
  readonly bits: number;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` or a single address. Undefined for anything else. */
export function parseRange(text: string): Range | undefined {
  const [host = "", bits, ...more] = text.split("/");
  const bytes = parseBytes(host);
  if (bytes === undefined || more.length > 0) return undefined;
  if (bits === undefined) return { bytes, bits: bytes.length * 8 };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > bytes.length * 8) return undefined;
  return { bytes, bits: Number(bits) };
}

/** Whether the address lies in the range, by its bits; never across families. */
export function isWithin(address: Uint8Array, range: Range): boolean {
  if (address.length !== range.bytes.length) return false;
  const whole = range.bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== range.bytes[i]) return false;
  const rest = range.bits & 7;
  return rest === 0 || ((address[whole] ?? 0) ^ (range.bytes[whole] ?? 0)) >> (8 - rest) === 0;
}
