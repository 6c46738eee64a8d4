import { numbersDe } from "./numbers-de.ts";
import { type NumbersWords, numbersEn } from "./numbers-en.ts";
import { spoken } from "./words.ts";

/** The words about a link's numbers, in the language in use. */
export const numbersWords = (): NumbersWords => (spoken().code === "de" ? numbersDe : numbersEn);
