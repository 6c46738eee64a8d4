import { type Ending, endingFor } from "../state/ending.ts";
import { directWords } from "../words/direct.ts";

/** Why a room of two is over, or never was. */
export interface DirectReason {
  readonly code: string;
  /** How far each side's text led, of `no-way`. */
  readonly own?: string;
  readonly other?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** What is shown then; each can be started again from the beginning. */
export function directEnding(reason: DirectReason): Ending {
  const { ended } = directWords();
  const make = ({ title, meaning }: { readonly title: string; readonly meaning: string }): Ending => ({
    code: reason.code,
    title,
    meaning,
    action: "rejoin",
    actionLabel: ended.again,
  });
  switch (reason.code) {
    case "left":
      return make(ended.left);
    case "text-stale":
    case "text-used":
      return make(ended.stale);
    case "no-way": {
      const isHidden = reason.own === "names" || reason.other === "names";
      return make({ ...ended.noWay, meaning: isHidden ? ended.noWay.names : ended.noWay.meaning });
    }
    case "wrong-key":
      return make(ended.wrongKey);
    case "insecure-page":
    case "old-browser":
      return endingFor(reason);
    default:
      return make({ ...ended.other, meaning: [reason.message, reason.hint].filter(Boolean).join(" ") });
  }
}
