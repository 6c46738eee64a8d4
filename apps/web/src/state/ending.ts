import { words } from "../words/words.ts";

/** What the one filled button of an ending does. */
export type EndingAction = "rejoin" | "retry" | "reload" | "home";

/** A screen on which one is not in a room: what happened, what it means, what to do. */
export interface Ending {
  readonly code: string;
  readonly title: string;
  readonly meaning: string;
  readonly action: EndingAction;
  readonly actionLabel: string;
}

/** Why it ended, as the SDK says it. */
export interface EndingReason {
  readonly code: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

export function endingFor({ code, detail, hint }: EndingReason): Ending {
  const { endings, app } = words;
  const make = (
    text: { title: string; meaning: string },
    action: EndingAction,
    actionLabel: string,
  ): Ending => ({
    code,
    title: text.title,
    meaning: text.meaning,
    action,
    actionLabel,
  });
  switch (code) {
    case "left":
      return make(endings.left, "rejoin", endings.left.rejoin);
    case "removed":
      return make(endings.removed, "home", app.home);
    case "room-ended":
      return make(endings.ended, "home", app.home);
    case "room-full":
      return make(endings.full, "retry", app.tryAgain);
    case "denied":
      return make(endings.denied, "retry", app.tryAgain);
    case "offline":
      return make(endings.offline, "retry", app.tryAgain);
    case "locked":
      return make(endings.locked, "retry", app.tryAgain);
    case "wrong-key":
    case "bad-link":
      return make(endings.wrongKey, "home", app.home);
    case "no-such-room":
      return make(endings.missing, "home", app.home);
    case "unreachable":
      return make(endings.unreachable, "retry", app.tryAgain);
    case "replaced":
    case "seat-taken":
      return make(endings.elsewhere, "rejoin", endings.elsewhere.takeBack);
    case "too-old":
      return make(endings.tooOld, "reload", endings.tooOld.reload);
    case "old-browser":
      return make(endings.oldBrowser, "home", app.home);
    case "insecure-page":
      return make(endings.insecure, "home", app.home);
    case "timeout":
      return make(endings.lost, "rejoin", endings.left.rejoin);
    case "too-many":
      return make(endings.busy, "retry", app.tryAgain);
    case "not-found":
      return make(endings.notFound, "home", app.home);
    default: {
      const meaning = [detail, hint].filter((part) => part !== undefined && part !== "").join(" ");
      return make({ title: endings.other.title, meaning }, "retry", app.tryAgain);
    }
  }
}
