import type { Refusal } from "@parlour/protocol";
import type { ErrorCode, ParlourError } from "../api.ts";
import { parlourError } from "../error.ts";

export type Reason = { readonly code: ErrorCode; readonly detail: string; readonly hint: string };

export const errorOf = (reason: Reason): ParlourError => parlourError(reason.code, { ...reason });
/** A reason in words, from what the server said or from the page's own sentences. */
export function reasonOf(refusal: Refusal | "left" | "unreachable"): Reason {
  if (typeof refusal !== "string") return refusal;
  const { code, message, hint } = parlourError(refusal);
  return { code, detail: message, hint };
}
