/** The workbench's own catalogue, in the page's language. */
import { effect, signal } from "@preact/signals";
import { type LearnWords, learnEn } from "../words/learn-en.ts";
import { spoken } from "../words/words.ts";

const current = signal<LearnWords>(learnEn);

const others: Readonly<Record<string, () => Promise<LearnWords>>> = {
  de: async () => (await import("../words/learn-de.ts")).learnDe,
};
let turn = 0;

/** What is said, now. Read while something is shown, it is shown again in another language. */
export const say = (): LearnWords => current.value;

async function speak(code: string): Promise<void> {
  turn += 1;
  const mine = turn;
  const fetched = await others[code]?.().catch(() => undefined);
  if (mine === turn) current.value = fetched ?? learnEn;
}

let isFollowing = false;

/** Resolves when the words are there in the page's language, which they follow from then on. */
export async function ready(): Promise<void> {
  await speak(spoken().code);
  if (isFollowing) return;
  isFollowing = true;
  effect(() => void speak(spoken().code));
}
