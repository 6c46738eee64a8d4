import { type Kind, messageBytes } from "../../core/channels/index.ts";
import type { Message } from "../api.ts";
import { parlourError } from "../error.ts";

export interface Encoded {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

// Bytes that are no UTF-8 are not a message: replacing them would deliver something that nobody sent.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A message as bytes of its own. Throws `bad-request` for what JSON can't hold, `too-large` over 64 MiB. */
export function encodeMessage(data: Message): Encoded {
  const isBytes = data instanceof Uint8Array;
  const isText = typeof data === "string";
  const bytes = isBytes ? data : new TextEncoder().encode(isText ? data : toJson(data));
  if (bytes.length > messageBytes) throw parlourError("too-large");
  return { kind: isBytes ? "bytes" : isText ? "text" : "json", bytes: isBytes ? bytes.slice() : bytes };
}

/** As `JSON.stringify`, which throws on cycles and big integers, and gives nothing for functions and `undefined`. */
function toJson(data: unknown): string {
  let cause: unknown;
  try {
    const json = JSON.stringify(data);
    if (json) return json;
  } catch (error) {
    cause = error;
  }
  throw parlourError("bad-request", { detail: "JSON can't hold this.", cause });
}

/** Throws when the bytes are not of their kind. */
export function decodeMessage({ kind, bytes }: Encoded): Message {
  if (kind === "bytes") return bytes;
  const text = decoder.decode(bytes);
  return kind === "text" ? text : (JSON.parse(text) as Message);
}
