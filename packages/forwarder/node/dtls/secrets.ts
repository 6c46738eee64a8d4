import { createECDH, createHmac, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";

/** RFC 5246, section 5, with SHA-256. */
export function pseudoRandom(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Buffer {
  const hmac = (data: Uint8Array): Buffer => createHmac("sha256", secret).update(data).digest();
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const blocks: Buffer[] = [];
  let chained: Uint8Array = labelled;
  for (let size = 0; size < length; size += 32) {
    chained = hmac(chained);
    blocks.push(hmac(Buffer.concat([chained, labelled])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** An ephemeral key of ours. */
export interface KeyAgreement {
  /** By IANA's number. */
  readonly group: number;
  readonly publicKey: Uint8Array;
  /** Throws for what is no public key. */
  agree(theirs: Uint8Array): Uint8Array;
}

const x25519 = 29;
const p256 = 23;
/** SubjectPublicKeyInfo of X25519 up to the key (RFC 8410). */
const x25519Prefix = Buffer.from("302a300506032b656e032100", "hex");

/** The first of our groups that the other side has too. */
export function agreement(theirs: readonly number[]): KeyAgreement | undefined {
  if (theirs.includes(x25519)) {
    const { publicKey, privateKey } = generateKeyPairSync("x25519");
    return {
      group: x25519,
      publicKey: publicKey.export({ type: "spki", format: "der" }).subarray(x25519Prefix.length),
      agree(other) {
        if (other.length !== 32) throw new RangeError("That is no key of X25519.");
        const key = Buffer.concat([x25519Prefix, other]);
        return diffieHellman({
          privateKey,
          publicKey: createPublicKey({ key, format: "der", type: "spki" }),
        });
      },
    };
  }
  if (!theirs.includes(p256)) return undefined;
  const ecdh = createECDH("prime256v1");
  return { group: p256, publicKey: ecdh.generateKeys(), agree: (other) => ecdh.computeSecret(other) };
}
