import { randomBytes, randomInt } from "node:crypto";
import { twoWordName } from "../../core/index.ts";

/** A new seat's id: 16 random bytes, base64url. */
export function newPeerId(): string {
  return randomBytes(16).toString("base64url");
}

/** A name for who brings none. */
export function newName(): string {
  return twoWordName((n) => randomInt(n));
}

const letters = "abcdefghijkmnpqrstuvwxyz23456789";

/** A name for a room that was given none: speakable for a public one, long for a private one, which nobody should guess. */
export function newRoomName(visibility: "public" | "private"): string {
  const random = (length: number): string =>
    Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
  return visibility === "public"
    ? `${newName()
        .toLowerCase()
        .replace(/[^a-z]+/g, "-")}-${random(4)}`
    : random(16);
}
