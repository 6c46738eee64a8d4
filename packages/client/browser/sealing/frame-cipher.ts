import { frameNonce, type KeyStep, keyIdOf, keyLabel, suite } from "../../core/sealing/index.ts";

/** What frames of one source are sealed with. */
export interface FrameKey {
  readonly keyId: number;
  readonly key: CryptoKey;
  readonly salt: Uint8Array<ArrayBuffer>;
}

/** Whose frames, and of what: another source, kind, sender or room is another key. */
export interface FrameOrigin {
  readonly room: string;
  readonly id: string;
  readonly seat: number;
  readonly kind: "audio" | "video";
  readonly source: string;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function expand(
  material: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: suite.hash, salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, bytes * 8));
}

/** SFrame's key schedule (RFC 9605, section 4.4.2). */
export async function sframeKey(base: Uint8Array<ArrayBuffer>, keyId: number): Promise<FrameKey> {
  const none = new Uint8Array();
  const [raw, salt] = await Promise.all([
    expand(base, none, keyLabel("key", keyId), suite.keyBytes),
    expand(base, none, keyLabel("salt", keyId), suite.nonceBytes),
  ]);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { keyId, key, salt };
}

/** The key for one source of a sender, from the secret of that step. */
export async function frameKey(
  secret: Uint8Array<ArrayBuffer>,
  { room, id, seat, kind, source }: FrameOrigin,
  step: KeyStep,
): Promise<FrameKey> {
  const info = utf8(["parlour v1 frames", id, kind, source].join("\n"));
  return sframeKey(await expand(secret, utf8(room), info, 32), keyIdOf({ seat, ...step }));
}

/** The secret of the next step. No way leads back. */
export const nextSecret = (secret: Uint8Array<ArrayBuffer>, room: string): Promise<Uint8Array<ArrayBuffer>> =>
  expand(secret, utf8(room), utf8("parlour v1 next frames"), 32);

export async function encryptFrame(
  { key, salt }: FrameKey,
  counter: number,
  plain: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const iv = frameNonce(salt, counter);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain));
}

/** Undefined when key, counter or any byte is another than it was sealed with. */
export async function decryptFrame(
  { key, salt }: FrameKey,
  counter: number,
  sealed: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array | undefined> {
  const iv = frameNonce(salt, counter);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed));
  } catch {
    return undefined;
  }
}
