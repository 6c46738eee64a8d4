import { type Kind, messageBytes } from "../../core/channels/index.ts";
import type { Message } from "../api.ts";
import { parlourError } from "../error.ts";

export interface Encoded {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();
// Bytes that are no UTF-8 are not a message: replacing them would deliver something that nobody sent.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// By what a value calls itself rather than by identity: an object from another frame of the page is plain, too.
const plain = /^\[object (Null|Boolean|String|Array|Object)]$/;

/** A message as bytes of its own. Throws `bad-request` for what JSON would drop or change, `too-large` over 64 MiB. */
export function encodeMessage(data: Message): Encoded {
  const kind = data instanceof Uint8Array ? "bytes" : typeof data === "string" ? "text" : "json";
  const large = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length > messageBytes) throw parlourError("too-large");
    return bytes;
  };
  if (data instanceof Uint8Array) return { kind, bytes: large(data).slice() };
  return { kind, bytes: large(encoder.encode(typeof data === "string" ? data : toJson(data))) };
}

function toJson(data: unknown): string {
  try {
    return JSON.stringify(data, function (this: Record<string, unknown>, key, shown: unknown) {
      // `this[key]` is the value before its toJSON, which would turn a Date into a string unasked.
      const value = this[key];
      if (value !== shown || !(Number.isFinite(value) || plain.test(Object.prototype.toString.call(value))))
        throw new TypeError(`"${key}" is no JSON value`);
      return value;
    });
  } catch (cause) {
    throw parlourError("bad-request", `Not sent: ${(cause as Error).message}`, undefined, { cause });
  }
}

/** Throws when the bytes are not of their kind. */
export function decodeMessage({ kind, bytes }: Encoded): Message {
  if (kind === "bytes") return bytes;
  const text = decoder.decode(bytes);
  return kind === "text" ? text : (JSON.parse(text) as Message);
}
