import { limits } from "./limits.ts";

/**
 * A room's name as it stands in its link: 1 to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends.
 */
export const roomNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** Turns what a person typed into a room name, or undefined when nothing usable is left. */
export function toRoomName(typed: string): string | undefined {
  const slug = typed
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, limits.roomNameCharacters)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? undefined : slug;
}

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
