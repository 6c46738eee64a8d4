import { en, type Words } from "./en.ts";

/** The catalogue in use. */
export const words: Words = en;
