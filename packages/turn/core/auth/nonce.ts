import type { Endpoint } from "../address.ts";
import { concat, isSameSecret, type Primitives } from "../primitives.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const timeCharacters = 6;
const macCharacters = 10;
/** Short, so that a refusal stays small. */
export const nonceBytes = timeCharacters + macCharacters;

/**
 * Nonces that the server need not remember: the time (36 bits of seconds) and 60 bits of an HMAC over it and the client's address. Who
 * can show one receives packets at that address.
 */
export function makeNonce(
  primitives: Primitives,
  key: Uint8Array,
  client: Endpoint,
  nowSeconds: number,
): Uint8Array {
  const nonce = new Uint8Array(nonceBytes);
  let time = nowSeconds;
  for (let i = timeCharacters - 1; i >= 0; i--) {
    nonce[i] = alphabet.charCodeAt(time % 64);
    time = Math.floor(time / 64);
  }
  const port = Uint8Array.of(client.port >> 8, client.port & 255);
  const mac = primitives.hmacSha256(key, concat(nonce.subarray(0, timeCharacters), port, client.bytes));
  for (let i = 0; i < macCharacters; i++) nonce[timeCharacters + i] = alphabet.charCodeAt((mac[i] ?? 0) & 63);
  return nonce;
}

/** Whether this server made the nonce for that client no longer than `lifetime` seconds ago. */
export function isNonce(
  primitives: Primitives,
  key: Uint8Array,
  client: Endpoint,
  nonce: Uint8Array,
  nowSeconds: number,
  lifetime: number,
): boolean {
  if (nonce.length !== nonceBytes) return false;
  let time = 0;
  for (let i = 0; i < timeCharacters; i++) {
    const digit = alphabet.indexOf(String.fromCharCode(nonce[i] ?? 0));
    if (digit < 0) return false;
    time = time * 64 + digit;
  }
  // A clock that was set back a little must not make all nonces stale.
  if (nowSeconds - time > lifetime || time - nowSeconds > lifetime) return false;
  return isSameSecret(nonce, makeNonce(primitives, key, client, time));
}
