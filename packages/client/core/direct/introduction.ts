import { crc32 } from "./crc32.ts";
import { fromLetters, lettersFor, toLetters } from "./letters.ts";
import { PackingEnded, packer, unpacker } from "./packing.ts";
import { readSide, type Side, writeSide } from "./side.ts";

/**
 * Two pages without a server between them hand each other two texts: an invitation and its answer.
 *
 * ```
 *  INV1 or ANS1            what it is, and the version
 *  base64url of:
 *    bytes 0-1             how many bytes follow the checksum
 *    bytes 2-5             CRC-32 of those
 *    invitation: 4 bytes   when it was made, seconds since 1970
 *               16 bytes   the room's secret
 *    both:       5 bytes   the room
 *                          the side: fingerprint, ICE credentials, ways to reach it
 * ```
 * Numbers are big-endian. A description of the same connection has some 600 letters and more; this has about 180.
 */
export type Introduction =
  | {
      readonly kind: "invitation";
      /** Seconds since 1970, by that page's clock. */
      readonly madeAt: number;
      readonly secret: Uint8Array<ArrayBuffer>;
      readonly room: Uint8Array<ArrayBuffer>;
      readonly side: Side;
    }
  | { readonly kind: "answer"; readonly room: Uint8Array<ArrayBuffer>; readonly side: Side };
export type Invitation = Extract<Introduction, { kind: "invitation" }>;
export type Answer = Extract<Introduction, { kind: "answer" }>;

/** Why a text can't be read: nothing of the kind is in it, its end is missing, letters are wrong, or it is of a later version. */
export type Unreadable = "text-unknown" | "text-cut" | "text-damaged" | "text-newer";

export const roomBytes = 5;
export const secretBytes = 16;
const headBytes = 6;
/** An honest text has some 150 bytes; with ten IPv6 addresses, 350. */
const bytesMost = 1_024;
const marks = { invitation: "INV", answer: "ANS" } as const;
const version = "1";

export function writeIntroduction(introduction: Introduction): string {
  const body = packer();
  if (introduction.kind === "invitation") body.number(introduction.madeAt, 4).bytes(introduction.secret);
  body.bytes(introduction.room);
  writeSide(body, introduction.side);
  const bytes = body.done();
  const all = packer().number(bytes.length, 2).number(crc32(bytes), 4).bytes(bytes).done();
  return `${marks[introduction.kind]}${version}${toLetters(all)}`;
}

/** So many letters of one are looked at; more than the largest that is read has. */
const lettersMost = 2_000;
/**
 * What people's programs put between letters: line breaks, quote marks of mails, breaks that nobody sees. One at a time: an engine that
 * repeats a pattern may run out of stack over a text of some megabytes.
 */
const between = /[\s>\u00ad\u200b-\u200f\u2060\ufeff]/g;

/** Finds the text in whatever was pasted, a link or a whole mail. */
export function findIntroduction(
  pasted: string,
): { readonly kind: Introduction["kind"]; readonly text: string } | undefined {
  const text = pasted.replaceAll(between, "");
  const found = /(INV|ANS)(\d)(?=[\w-])/.exec(text);
  if (!found) return undefined;
  const { index } = found;
  const [all, mark, digit = ""] = found;
  const begin = index + all.length;
  const [letters = ""] = /^[\w-]+/.exec(text.slice(begin, begin + lettersMost)) ?? [];
  const kind = mark === marks.invitation ? "invitation" : "answer";
  const length = lettersFor(headBytes + lengthIn(letters));
  return { kind, text: `${mark}${digit}${digit === version ? letters.slice(0, length) : letters}` };
}

function lengthIn(letters: string): number {
  const [high = 0, low = 0] = fromLetters(letters.slice(0, 4)) ?? [];
  return high * 256 + low;
}

/** Reads a text that was handed over. */
export function readIntroduction(pasted: string): Introduction | Unreadable {
  const found = findIntroduction(pasted);
  if (!found) return "text-unknown";
  const { kind, text } = found;
  if (text[3] !== version) return "text-newer";
  const letters = text.slice(4);
  const length = lengthIn(letters);
  if (length > bytesMost) return "text-damaged";
  if (letters.length < lettersFor(headBytes + length)) return "text-cut";
  const bytes = fromLetters(letters)?.slice(0, headBytes + length) ?? new Uint8Array();
  const head = unpacker(bytes.slice(2, headBytes));
  const body = bytes.slice(headBytes);
  try {
    if (head.number(4) !== crc32(body)) return "text-damaged";
    return readBody(kind, body) ?? "text-damaged";
  } catch (error) {
    if (error instanceof PackingEnded) return "text-damaged";
    throw error;
  }
}

function readBody(kind: Introduction["kind"], body: Uint8Array): Introduction | undefined {
  const unpack = unpacker(body);
  const madeAt = kind === "invitation" ? unpack.number(4) : 0;
  const secret = unpack.bytes(kind === "invitation" ? secretBytes : 0);
  const room = unpack.bytes(roomBytes);
  const side = readSide(unpack);
  if (side === undefined || unpack.rest > 0) return undefined;
  return kind === "invitation" ? { kind, madeAt, secret, room, side } : { kind, room, side };
}
