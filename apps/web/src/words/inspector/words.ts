import { signal } from "@preact/signals";
import { spoken } from "../words.ts";
import { type InspectorWords, inspectorEn } from "./inspector-en.ts";

const current = signal<InspectorWords>(inspectorEn as InspectorWords);

/** The inspector's words, in the language of the page once `speakAlong` has fetched them. */
export const told = (): InspectorWords => current.value;

/** Fetches the words of the page's language; what can't be fetched is said in English. */
export async function speakAlong(code = spoken().code): Promise<void> {
  if (code !== "de") current.value = inspectorEn;
  else
    await import("./inspector-de.ts").then(
      ({ inspectorDe }) => {
        current.value = inspectorDe;
      },
      () => undefined,
    );
}

/** Fills in `{name}`; what is not given stays empty. */
export function filled(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ""));
}
