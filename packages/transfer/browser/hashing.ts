import type { Hashing, Signer } from "../core/index.ts";

/** The key that was asked for last: one giver signs thousands of pieces. */
let last: { readonly key: Uint8Array; readonly imported: Promise<CryptoKey> } | undefined;
function verifying(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  if (last?.key !== key)
    last = { key, imported: crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]) };
  return last.imported;
}

/** SHA-256 and Ed25519 of the browser's own. Firefox hashes beside the page's thread, Chromium on it: 0.8 ms for a MiB. */
export const browserHashing: Hashing = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  async verify(key, signature, bytes) {
    try {
      return await crypto.subtle.verify({ name: "Ed25519" }, await verifying(key), signature, bytes);
    } catch {
      // Not a key at all.
      return false;
    }
  },
};

/** A key of its own for one transfer; `kept` brings the same one back. */
export async function makeSigner(
  kept?: Uint8Array<ArrayBuffer>,
): Promise<{ readonly signer: Signer; readonly kept: Uint8Array<ArrayBuffer> }> {
  const algorithm = { name: "Ed25519" };
  // The public half stands in the last 32 bytes of what is kept; PKCS #8 (RFC 8410) has the private half alone.
  const pair =
    kept === undefined
      ? ((await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair)
      : undefined;
  const privateKey =
    pair?.privateKey ??
    (await crypto.subtle.importKey(
      "pkcs8",
      (kept as Uint8Array<ArrayBuffer>).slice(0, -32),
      algorithm,
      false,
      ["sign"],
    ));
  const key =
    pair === undefined
      ? (kept as Uint8Array<ArrayBuffer>).slice(-32)
      : new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const signer: Signer = {
    key,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, bytes)),
  };
  if (pair === undefined) return { signer, kept: kept as Uint8Array<ArrayBuffer> };
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const all = new Uint8Array(secret.length + key.length);
  all.set(secret);
  all.set(key, secret.length);
  return { signer, kept: all };
}
