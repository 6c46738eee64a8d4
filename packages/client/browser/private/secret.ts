import { toBase64url } from "./bytes.ts";
import { joined, utf8 } from "./joined.ts";

/** What a page of a private room derives from its link. */
export interface RoomSecret {
  /** The room's name, which every derivation and signature is bound to. */
  readonly room: string;
  readonly secret: Uint8Array<ArrayBuffer>;
  /** `hello.key`: shows the server that this page has the link, and tells it nothing else. */
  readonly check: string;
  readonly cardKey: CryptoKey;
}

/** HKDF (RFC 5869) with SHA-256 and the room's name as salt. */
export async function derive(
  material: Uint8Array<ArrayBuffer>,
  room: string,
  info: string,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: utf8(room), info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, bytes * 8));
}

export async function sealingKey(
  material: Uint8Array<ArrayBuffer>,
  room: string,
  info: string,
): Promise<CryptoKey> {
  const raw = await derive(material, room, info, 32);
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export async function roomSecret(room: string, secret: Uint8Array<ArrayBuffer>): Promise<RoomSecret> {
  const [check, cardKey] = await Promise.all([
    derive(secret, room, "parlour v1 check", 16),
    sealingKey(secret, room, "parlour v1 card"),
  ]);
  return { room, secret, check: toBase64url(check), cardKey };
}

const nonceBytes = 12;

/** AES-256-GCM (NIST SP 800-38D) with a random nonce in front. */
export async function sealBytes(
  key: CryptoKey,
  plain: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return joined(iv, new Uint8Array(sealed));
}

/** Undefined when the bytes, the additional data or the key are not those it was sealed with. */
export async function openBytes(
  key: CryptoKey,
  sealed: Uint8Array,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const iv = sealed.slice(0, nonceBytes);
  try {
    const plain = crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData },
      key,
      sealed.slice(nonceBytes),
    );
    return new Uint8Array(await plain);
  } catch {
    return undefined;
  }
}
