import type { PeerId } from "@parlour/protocol";
import { toBase64url } from "./bytes.ts";

/** The keys of one seat of a private room. None of them can leave the browser. */
export interface Identity {
  /** Hash of the public signing key. */
  readonly id: PeerId;
  /** Public keys, base64url. */
  readonly sign: string;
  readonly agree: string;
  readonly keys: IdentityKeys;
  /** Reused by every connection of the seat, so that its fingerprint can be signed once. */
  readonly certificate: RTCCertificate;
  /** As it stands in descriptions: `sha-256 AB:CD:…`. */
  readonly fingerprint: string;
}

/** What is kept. */
export interface IdentityKeys {
  readonly sign: CryptoKeyPair;
  readonly agree: CryptoKeyPair;
  readonly certificate?: RTCCertificate;
  /** When it was last used, ms since 1970. */
  readonly usedAt: number;
}

/** Where keys outlive a page. */
export interface IdentityStore {
  load(place: string): Promise<IdentityKeys | undefined>;
  save(place: string, keys: IdentityKeys): Promise<void>;
}

/** How certificates are made and read; tests without WebRTC give another. */
export interface Certificates {
  make(): Promise<RTCCertificate>;
  fingerprint(certificate: RTCCertificate): Promise<string>;
}

const dayMs = 86_400_000;

export async function peerIdOf(sign: Uint8Array<ArrayBuffer>): Promise<PeerId> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", sign)).subarray(0, 16));
}

async function publicText({ publicKey }: CryptoKeyPair): Promise<[string, Uint8Array<ArrayBuffer>]> {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return [toBase64url(raw), raw];
}

/**
 * The identity kept at `place`, or a new one, which is then kept there. `isKept` is false for a new one: a token from
 * before belongs to keys that are gone. Without a store (or with one that fails) every page has its own.
 */
export async function openIdentity(
  place: string,
  store: IdentityStore | undefined,
  certificates: Certificates,
  now: number,
): Promise<{ identity: Identity; isKept: boolean }> {
  const kept = await store?.load(place).catch(() => undefined);
  const [sign, agree, certificate] = await Promise.all([
    kept?.sign ?? crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]),
    kept?.agree ??
      (crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]) as Promise<CryptoKeyPair>),
    kept?.certificate !== undefined && kept.certificate.expires > now + dayMs
      ? kept.certificate
      : certificates.make(),
  ]);
  const keys: IdentityKeys = { sign, agree, certificate, usedAt: now };
  // Not every browser can keep a certificate: then the keys are kept without it, and a new card says its fingerprint.
  await store?.save(place, keys).catch(() => store.save(place, { sign, agree, usedAt: now }).catch(() => {}));
  const [[signText, raw], [agreeText], fingerprint] = await Promise.all([
    publicText(sign),
    publicText(agree),
    certificates.fingerprint(certificate),
  ]);
  const identity = {
    id: await peerIdOf(raw),
    sign: signText,
    agree: agreeText,
    keys,
    certificate,
    fingerprint,
  };
  return { identity, isKept: kept !== undefined };
}
