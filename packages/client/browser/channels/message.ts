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

/** A message as bytes of its own. Throws `bad-request` for what JSON would drop or change, `too-large` over 64 MiB. */
export function encodeMessage(data: Message): Encoded {
  const encoded: Encoded =
    data instanceof Uint8Array
      ? { kind: "bytes", bytes: checked(data).slice() }
      : typeof data === "string"
        ? { kind: "text", bytes: encoder.encode(data) }
        : { kind: "json", bytes: encoder.encode(toJson(data)) };
  checked(encoded.bytes);
  return encoded;
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length > messageBytes) throw parlourError("too-large", "A message may have 64 MiB.");
  return bytes;
}

function toJson(data: unknown): string {
  try {
    return JSON.stringify(data, function (this: Record<string, unknown>, key, shown: unknown) {
      // `this[key]` is the value before its toJSON, which would turn a Date into a string unasked.
      const value = this[key];
      const isPlain =
        value === null ||
        typeof value === "string" ||
        typeof value === "boolean" ||
        (typeof value === "number" ? Number.isFinite(value) : isPlainObject(value));
      if (!isPlain || value !== shown) throw new TypeError(`${key && `"${key}" is `}no JSON value`);
      return value;
    });
  } catch (cause) {
    throw parlourError(
      "bad-request",
      `That can't be sent: ${(cause as Error).message}.`,
      "Send a string, a Uint8Array or a JSON value.",
      { cause },
    );
  }
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // By its own mark rather than by identity: an object from another frame of the page is plain, too.
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws when the bytes are not of their kind. */
export function decodeMessage({ kind, bytes }: Encoded): Message {
  if (kind === "bytes") return bytes;
  const text = decoder.decode(bytes);
  return kind === "text" ? text : (JSON.parse(text) as Message);
}
