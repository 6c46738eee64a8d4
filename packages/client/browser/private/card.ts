import { cleanName, type PeerId } from "@parlour/protocol";
import { fromBase64url, toBase64url } from "./bytes.ts";
import { type Identity, peerIdOf } from "./identity.ts";
import { joined, utf8 } from "./joined.ts";
import { openBytes, type RoomSecret, sealBytes } from "./secret.ts";

/** Who a peer of a private room is: its name, its public keys and the fingerprint of its connections. */
export interface Card {
  readonly v: 1;
  readonly name: string;
  /** Ed25519 and X25519 public keys, base64url. */
  readonly sign: string;
  readonly agree: string;
  /** As it stands in descriptions: `sha-256 AB:CD:…`. */
  readonly fingerprint: string;
}

const signatureBytes = 64;

function signed(room: string, json: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(utf8(`parlour v1 card\n${room}\n`), json);
}
function bound(room: string, id: PeerId): Uint8Array<ArrayBuffer> {
  return utf8(`card\n${room}\n${id}`);
}

/** The card of this page: signed by its seat, sealed for whoever has the link. */
export async function makeCard(secret: RoomSecret, identity: Identity, name: string): Promise<string> {
  const { sign, agree, fingerprint } = identity;
  const card: Card = { v: 1, name, sign, agree, fingerprint };
  const json = utf8(JSON.stringify(card));
  const signature = await crypto.subtle.sign(
    "Ed25519",
    identity.keys.sign.privateKey,
    signed(secret.room, json),
  );
  const plain = joined(new Uint8Array(signature), json);
  return toBase64url(await sealBytes(secret.cardKey, plain, bound(secret.room, identity.id)));
}

/** Undefined when it was altered, comes from another seat or room, or is not signed by the seat it names. */
export async function openCard(secret: RoomSecret, id: PeerId, sealed: string): Promise<Card | undefined> {
  const bytes = fromBase64url(sealed);
  const plain = bytes && (await openBytes(secret.cardKey, bytes, bound(secret.room, id)));
  if (plain === undefined) return undefined;
  const json = plain.subarray(signatureBytes);
  try {
    const card = JSON.parse(new TextDecoder().decode(json)) as Card;
    const key = fromBase64url(card.sign) as Uint8Array<ArrayBuffer>;
    if ((await peerIdOf(key)) !== id) return undefined;
    const isSigned = await verify(key, plain.slice(0, signatureBytes), signed(secret.room, json));
    const isSound =
      isSigned &&
      card.v === 1 &&
      card.name !== "" &&
      cleanName(card.name) === card.name &&
      fromBase64url(card.agree)?.length === 32 &&
      /^sha-256 [\dA-F]{2}(:[\dA-F]{2}){31}$/.test(card.fingerprint);
    return isSound ? card : undefined;
  } catch {
    // Whoever has the link can seal nonsense.
    return undefined;
  }
}

/** Whether these bytes carry this Ed25519 signature (RFC 8032). */
export async function verify(
  key: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, bytes);
}
