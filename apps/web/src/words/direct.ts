import { directDe } from "./direct-de.ts";
import { type DirectWords, directEn } from "./direct-en.ts";
import { spoken } from "./words.ts";

const languages: Readonly<Record<string, DirectWords>> = { en: directEn, de: directDe };

/** The words of `/direct` in the language in use. */
export const directWords = (): DirectWords => languages[spoken().code] ?? directEn;
