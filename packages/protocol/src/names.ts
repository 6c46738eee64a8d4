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
