import { createCipheriv } from "node:crypto";

/** How packets are protected (RFC 5764, section 4.1.2; RFC 7714, section 14.2). */
export interface SrtpProfile {
  readonly name: "AEAD_AES_128_GCM" | "AES128_CM_HMAC_SHA1_80";
  /** In `use_srtp` of DTLS. */
  readonly code: number;
  readonly keyBytes: number;
  readonly saltBytes: number;
}

/**
 * Most wanted first. A forwarder sends packets again under their old numbers with new times in their headers: in counter mode that is
 * sound, because headers are only signed, while GCM gives its signing key away when two headers share a nonce. So counter mode, which
 * every browser has, comes first, and under GCM nothing is sent twice.
 */
export const profiles: readonly SrtpProfile[] = [
  { name: "AES128_CM_HMAC_SHA1_80", code: 0x0001, keyBytes: 16, saltBytes: 14 },
  { name: "AEAD_AES_128_GCM", code: 0x0007, keyBytes: 16, saltBytes: 12 },
];

/** What one side protects with. */
export interface MasterKey {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

export interface SessionKeys {
  readonly key: Buffer;
  readonly salt: Buffer;
  /** Of HMAC-SHA1; an AEAD has none. */
  readonly authentication: Buffer;
}

/** RFC 3711, section 4.3.2. */
const labels = {
  rtp: { key: 0, authentication: 1, salt: 2 },
  rtcp: { key: 3, authentication: 4, salt: 5 },
} as const;

/** Derives the keys of one direction (RFC 3711, section 4.3, with a key derivation rate of 0; RFC 7714, section 11). */
export function sessionKeys(profile: SrtpProfile, master: MasterKey, kind: "rtp" | "rtcp"): SessionKeys {
  const derive = (label: number, length: number): Buffer => {
    // The salt is 112 bits here, whatever the profile says; the label stands at 48 bits from its end.
    const block = Buffer.alloc(16);
    block.set(master.salt);
    block[7] = (block[7] ?? 0) ^ label;
    return createCipheriv("aes-128-ctr", master.key, block).update(Buffer.alloc(length));
  };
  const label = labels[kind];
  return {
    key: derive(label.key, profile.keyBytes),
    salt: derive(label.salt, profile.saltBytes),
    authentication: derive(label.authentication, 20),
  };
}
