import { wayDe } from "./way-de.ts";
import { type WayWords, wayEn } from "./way-en.ts";
import { spoken } from "./words.ts";

/** The words about the way that media goes, in the language in use. */
export const wayWords = (): WayWords => (spoken().code === "de" ? wayDe : wayEn);
