/** What the core needs from outside: cryptography, chance, and text. */
export interface Primitives {
  /** RFC 2104 with SHA-1: 20 bytes. */
  hmacSha1(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** RFC 2104 with SHA-256: 32 bytes. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  md5(data: Uint8Array): Uint8Array;
  /** CRC-32 as in RFC 8489, section 14.7 (ITU V.42), unsigned. */
  crc32(data: Uint8Array): number;
  /** Both ends included; not to be foreseen: relay ports come from it. */
  randomInt(min: number, max: number): number;
  /** In [0, 1), for the conditions of labs; need not be secret. */
  chance(): number;
  /** Bytes to write over completely; need not be zeros. */
  allocate(size: number): Uint8Array;
  utf8(text: string): Uint8Array;
  /** What is not UTF-8 becomes U+FFFD. */
  text(bytes: Uint8Array): string;
  base64(bytes: Uint8Array): string;
}

/** Compares in a time that depends on the lengths alone. */
export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
