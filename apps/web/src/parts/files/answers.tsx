import type { Offer } from "@parlour/client";
import { words } from "../../words/words.ts";

interface AnswerProps {
  readonly offer: Offer;
  readonly onPress: () => void;
}

/** Takes what is offered. */
export function AcceptButton({ offer, onPress }: AnswerProps) {
  return (
    <button type="button" class="primary" aria-label={words.files.acceptNamed(offer.name)} onClick={onPress}>
      {words.files.accept}
    </button>
  );
}

/** Wants none of it. */
export function DeclineButton({ offer, onPress }: AnswerProps) {
  return (
    <button
      type="button"
      class="secondary"
      aria-label={words.files.declineNamed(offer.name)}
      onClick={onPress}
    >
      {words.files.decline}
    </button>
  );
}
