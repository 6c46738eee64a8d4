import type { ErrorCode, ParlourError } from "./api.ts";

/**
 * What arises in the page itself, without a server to word it: what is wrong, and what to try. The rest of the codes
 * come with their sentences in `refused` and `closing` frames, so that the table of all of them stays out of the page.
 */
const sentences: Partial<Record<ErrorCode, readonly [detail: string, hint?: string]>> = {
  "bad-link": ["This is no link to a room.", "Copy the whole link again."],
  "insecure-page": ["This page can't make keys.", "Open it over https."],
  undelivered: ["Not everyone got that."],
  aborted: ["That was called off."],
  unreachable: ["The server can't be reached.", "Check your network."],
  left: ["You left.", "Open the link to come back."],
  "bad-request": ["That is not valid.", "Check what is passed."],
  "too-long": ["That is too long.", "Shorten it."],
  "too-large": ["That is too large.", "Send less at once."],
};

/**
 * The one error of the SDK. `more` is copied onto it (`peers` of `undelivered`, `cause`); its `detail` and `hint` take
 * the place of the code's own.
 */
export function parlourError(
  code: ErrorCode,
  more: { readonly detail?: string; readonly hint?: string; readonly [key: string]: unknown } = {},
): ParlourError {
  const [detail, hint = "Try again."] = sentences[code] ?? [code];
  return Object.assign(new Error(more.detail ?? detail), { name: "ParlourError", hint, ...more, code });
}
