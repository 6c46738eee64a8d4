import { cleanName, limits, type PeerId } from "@parlour/protocol";
import type { SignedMessage } from "../../core/chat/index.ts";
import { fromBase64url, toBase64url } from "./bytes.ts";
import { verify } from "./card.ts";
import { type Identity, peerIdOf } from "./identity.ts";
import { utf8 } from "./joined.ts";

type Unsigned = Omit<SignedMessage, "signature" | "author" | "sign">;

/** What is said to one alone is signed for that one, so that neither can pass for the other. */
function signedBytes(
  room: string,
  { id, author, sign, name, n, at, text }: Omit<SignedMessage, "signature">,
  to?: PeerId,
) {
  const fields = [room, id, author, sign, name, n, at, text, ...(to ? [to] : [])];
  return utf8(`parlour v1 ${to ? "whisper" : "chat"}\n${JSON.stringify(fields)}`);
}

/** Signs what this seat says in a private room, to everyone or to one alone. */
export async function signMessage(
  room: string,
  identity: Identity,
  what: Unsigned,
  to?: PeerId,
): Promise<SignedMessage> {
  const message = { ...what, author: identity.id, sign: identity.sign };
  const bytes = signedBytes(room, message, to);
  const signature = await crypto.subtle.sign("Ed25519", identity.keys.sign.privateKey, bytes);
  return { ...message, signature: toBase64url(new Uint8Array(signature)) };
}

/** Whether this has the form of a message at all; comes before anything else is asked of it. */
export function isMessage(value: unknown): value is SignedMessage {
  const { id, author, sign, name, n, at, text, signature } = (value ?? {}) as Partial<SignedMessage>;
  const isText = (field: unknown, pattern: RegExp) => typeof field === "string" && pattern.test(field);
  return (
    isText(id, /^[\w-]{8,32}$/) &&
    isText(author, /^[\w-]{22}$/) &&
    isText(sign, /^[\w-]{43}$/) &&
    isText(signature, /^[\w-]{86}$/) &&
    typeof name === "string" &&
    name !== "" &&
    name.length <= 4 * limits.nameCharacters &&
    cleanName(name) === name &&
    Number.isSafeInteger(n) &&
    (n as number) > 0 &&
    Number.isSafeInteger(at) &&
    typeof text === "string" &&
    text !== "" &&
    text.length <= limits.textCharacters
  );
}

/** Whether the author that it names signed it, for this room, and for that receiver if it is for one alone. */
export async function isGenuine(room: string, message: SignedMessage, to?: PeerId): Promise<boolean> {
  const key = fromBase64url(message.sign);
  const signature = fromBase64url(message.signature);
  if (key === undefined || signature === undefined || (await peerIdOf(key)) !== message.author) return false;
  return verify(key, signature, signedBytes(room, message, to)).catch(() => false);
}
