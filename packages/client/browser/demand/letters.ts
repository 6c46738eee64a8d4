import type { Kind } from "../../core/channels/index.ts";
import type { Encoded } from "../channels/message.ts";

/**
 * Messages of channels that go to a page without a link, by post, topic `letters`. One that is too large for one piece of post goes in several,
 * one right after the other.
 *
 * ```
 *  byte 0       1: begins here, 2: ends here, or both
 *  byte 1       kind: 0 text, 1 bytes, 2 JSON
 *  byte 2       how many bytes the channel's name has
 *  bytes 3-     the channel's name, UTF-8
 *  then         bytes of the message
 * ```
 */
export interface Letter extends Encoded {
  /** The channel's name. */
  readonly name: string;
}

/** Of one piece: the post takes 48 KiB. */
const pieceBytes = 47 * 1024;
/** Of one letter. What is larger goes by link. */
export const letterBytes = 1024 * 1024;
const kinds: readonly Kind[] = ["text", "bytes", "json"];
const begins = 1;
const ends = 2;

/** At least one piece; they have to be posted in this order, with no other letter between. */
export function encodeLetter({ name, kind, bytes }: Letter): Uint8Array<ArrayBuffer>[] {
  const place = new TextEncoder().encode(name);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  do {
    const part = bytes.subarray(offset, offset + pieceBytes);
    const piece = new Uint8Array(3 + place.length + part.length);
    const isLast = offset + part.length >= bytes.length;
    piece.set([(offset === 0 ? begins : 0) | (isLast ? ends : 0), kinds.indexOf(kind), place.length]);
    piece.set(place, 3);
    piece.set(part, 3 + place.length);
    pieces.push(piece);
    offset += part.length;
  } while (offset < bytes.length);
  return pieces;
}

/** Puts the pieces that one page posted together again. What makes no sense is dropped, with all that it was a piece of. */
export function letterReader(): (piece: Uint8Array) => Letter | undefined {
  let parts: Uint8Array[] | undefined;
  let size = 0;
  return (piece) => {
    const [flags = 0, number = 0, length = 0] = piece;
    const start = 3 + length;
    const kind = kinds[number];
    if (flags & begins) {
      parts = [];
      size = 0;
    }
    if (!parts || !kind || flags > (begins | ends) || piece.length < start) {
      parts = undefined;
      return undefined;
    }
    const part = piece.subarray(start);
    size += part.length;
    parts.push(part);
    if (size > letterBytes) parts = undefined;
    if (!parts || !(flags & ends)) return undefined;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const each of parts) {
      bytes.set(each, at);
      at += each.length;
    }
    parts = undefined;
    return { name: new TextDecoder().decode(piece.subarray(3, start)), kind, bytes };
  };
}
