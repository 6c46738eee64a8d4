import type { Offer } from "@parlour/client";
import { canSaveFolders } from "../../browser/files.ts";
import { words } from "../../words/words.ts";
import { Icon } from "../icon.tsx";
import { FolderDown } from "../icons.ts";

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

/** Takes it into a folder of the person's own, where browsers have that. */
export function AcceptIntoButton({ offer, onPress }: AnswerProps) {
  if (!canSaveFolders()) return null;
  return (
    <button
      type="button"
      class="secondary icon-only"
      aria-label={words.files.named(words.files.acceptInto, offer.name)}
      title={words.files.acceptInto}
      onClick={onPress}
    >
      <Icon node={FolderDown} size={18} />
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
