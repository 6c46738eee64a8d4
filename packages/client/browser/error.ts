import type { ErrorCode, ParlourError } from "./api.ts";

/**
 * What arises in the page itself, without a server to word it. The rest of the codes come with their sentences in
 * `refused` and `closing` frames, so that the table of all of them stays out of the page.
 */
const sentences: Partial<Record<ErrorCode, readonly [detail: string, hint: string]>> = {
  "bad-link": ["This is not a link to a room.", "Copy the whole link again, with everything after the #."],
  "insecure-page": ["This page is not secure, so keys can't be made.", "Open it over https or on localhost."],
  undelivered: ["Not everyone got that before they were gone.", "Send it again when they are back."],
  aborted: ["That was called off.", "Try again."],
  unreachable: ["The server can't be reached.", "Check your network and try again."],
  left: ["You left.", "Open the link to come back."],
  "bad-request": ["That request is not valid.", "Check the names and types of what is passed."],
  "too-long": ["That text is too long.", "Shorten it."],
  "too-large": ["That is larger than what may be sent at once.", "Send less at once."],
};

/**
 * The one error of the SDK. `detail` and `hint` default to the sentences of the code where the page has some;
 * `more` is copied onto the error (`peers` of `undelivered`, `cause`).
 */
export function parlourError(code: ErrorCode, detail?: string, hint?: string, more?: object): ParlourError {
  const [standardDetail, standardHint] = sentences[code] ?? [code, "Try again."];
  return Object.assign(new Error(detail ?? standardDetail), {
    name: "ParlourError",
    code,
    hint: hint ?? standardHint,
    ...more,
  });
}
