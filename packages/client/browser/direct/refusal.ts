import type { Refused } from "../../core/direct/index.ts";
import type { ParlourError } from "../api.ts";
import { parlourError } from "../error.ts";

const sentences: Record<Refused | "no-way", readonly [detail: string, hint: string]> = {
  "text-unknown": [
    "There is no invitation or answer in that text.",
    "It begins with INV1 or ANS1. Copy all of it.",
  ],
  "text-cut": ["The end of that text is missing.", "Copy all of it, to its last letter."],
  "text-damaged": ["That text has changed on its way.", "Copy it again, or send it some other way."],
  "text-newer": ["That text comes from a newer version.", "Reload this page while its server is there."],
  "text-invitation": [
    "That is an invitation of somebody else.",
    "Hand them yours, and paste the answer that you get.",
  ],
  "text-answer": ["That is an answer, not an invitation.", "Paste it on the page that made the invitation."],
  "text-other": ["That answer belongs to another invitation.", "Ask for an answer to this one."],
  "text-own": [
    "That is this page's own invitation.",
    "Hand it to the other one, and paste the answer that you get.",
  ],
  "text-stale": [
    "That invitation is too old.",
    "Make a new one. Clocks that differ much can be the reason, too.",
  ],
  "text-used": ["This invitation was answered already.", "Make a new one for somebody else."],
  "no-way": [
    "The two browsers found no way to each other.",
    "Without a server both have to be in the same network.",
  ],
};

/** What is wrong with a text, or with what came of it. */
export function refusedWith(
  code: Refused | "no-way",
  more: { readonly [key: string]: unknown } = {},
): ParlourError {
  const [detail, hint] = sentences[code];
  return parlourError(code, { detail, hint, ...more });
}
