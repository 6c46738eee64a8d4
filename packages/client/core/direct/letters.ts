/** Bytes as letters (RFC 4648, section 5, without padding), where there is neither `btoa` nor `Buffer`. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const values = new Map([...alphabet].map((letter, value) => [letter, value]));

/** How many letters stand for so many bytes. */
export const lettersFor = (bytes: number): number => Math.ceil((bytes * 8) / 6);

export function toLetters(bytes: Uint8Array): string {
  let letters = "";
  for (let bit = 0; bit < bytes.length * 8; bit += 6) {
    const at = bit >> 3;
    const pair = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    letters += alphabet[(pair >> (10 - (bit & 7))) & 63];
  }
  return letters;
}

/** Six bits of each letter, the last byte filled up with zeros; undefined when there are other letters in it. */
export function fromLetters(letters: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.ceil((letters.length * 6) / 8));
  for (const [i, letter] of [...letters].entries()) {
    const value = values.get(letter);
    if (value === undefined) return undefined;
    const bit = i * 6;
    const pair = value << (10 - (bit & 7));
    const at = bit >> 3;
    bytes[at] = (bytes[at] as number) | (pair >> 8);
    if (at + 1 < bytes.length) bytes[at + 1] = pair & 255;
  }
  return bytes;
}
