import { crc32 } from "./crc32.ts";
import { toLetters } from "./letters.ts";
import { packer } from "./packing.ts";

/**
 * A text that is too long for one QR code is shown as several, one after the other and again from the start:
 * `FRM1`, place and number of all (one digit of base 36 each), four letters that tell it from others, and its part of the text.
 */
const mark = "FRM1";
/** A code of this many letters (57 by 57 modules and less, at level M) is read from a screen at arm's length. */
export const lettersPerCode = 360;
const most = 35;

/** Four letters of a text's checksum. */
function tagOf(text: string): string {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);
  return toLetters(packer().number(crc32(bytes), 4).done()).slice(0, 4);
}

/** The codes that show a text of plain letters: the text itself, where it fits into one. */
export function codesOf(text: string, letters = lettersPerCode): readonly string[] {
  if (text.length <= letters) return [text];
  const count = Math.min(most, Math.ceil(text.length / letters));
  const size = Math.ceil(text.length / count);
  const tag = tagOf(text);
  return Array.from(
    { length: count },
    (_, i) => `${mark}${i.toString(36)}${count.toString(36)}${tag}${text.slice(i * size, (i + 1) * size)}`,
  );
}

/** What was read of a text so far. */
export interface Collected {
  readonly tag: string;
  readonly parts: readonly (string | undefined)[];
}

/** Takes one code that was read. `text` is there once all of it is. */
export function collect(
  before: Collected | undefined,
  code: string,
): { readonly collected: Collected | undefined; readonly text?: string } {
  const found = new RegExp(`^${mark}([0-9a-z])([1-9a-z])([\\w-]{4})(.+)$`, "s").exec(code);
  if (!found) return { collected: before, text: code };
  const [, digit = "", digits = "", tag = "", part = ""] = found;
  const [place, count] = [Number.parseInt(digit, 36), Number.parseInt(digits, 36)];
  if (place >= count) return { collected: before };
  const isSame = before?.tag === tag && before.parts.length === count;
  const parts = isSame ? [...before.parts] : Array<string | undefined>(count).fill(undefined);
  parts[place] = part;
  const text = parts.join("");
  if (parts.includes(undefined)) return { collected: { tag, parts } };
  // A part was misread, or two texts have the same four letters: begin again.
  return tagOf(text) === tag ? { collected: undefined, text } : { collected: undefined };
}
