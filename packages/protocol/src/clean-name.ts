import { limits } from "./limits.ts";

// Control, direction and other invisible characters would let one name look like another (Unicode TR 36).
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text without characters that nobody sees. */
export function withoutInvisible(text: string): string {
  return text.replace(invisible, "");
}

/** A name to show: invisible characters dropped, spaces folded, at most 40 characters. May come out empty. */
export function cleanName(name: string): string {
  return [...withoutInvisible(name.normalize("NFC")).replace(/\s+/g, " ").trim()]
    .slice(0, limits.nameCharacters)
    .join("")
    .trim();
}
