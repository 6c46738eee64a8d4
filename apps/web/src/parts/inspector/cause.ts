import type { DiagnosisCode } from "@parlour/client";
import { words } from "../../words/words.ts";

/** A diagnosis in words, with its code. */
export function causeOf({ code, side }: { readonly code: string; readonly side?: string }): string {
  const { causes } = words.quality;
  if (!Object.hasOwn(causes, code)) return code;
  const [here, there = here] = causes[code as DiagnosisCode];
  return `${side === "there" ? there : here} (${code})`;
}
