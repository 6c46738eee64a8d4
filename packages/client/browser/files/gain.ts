import { lanesLimits } from "./lanes.ts";

/** What went out by some moment: what was handed to the browser, without what still waits there. */
interface Mark {
  readonly at: number;
  readonly gone: number;
}

/**
 * Whether several ways carry more than one did: what one carried in the moments before there were more, against what they carry
 * after they had time to get going.
 */
export function gainOf(now: () => number) {
  const { measureMs, gain } = lanesLimits;
  let sent = 0;
  let mark: (Mark & { readonly areSeveral: boolean; readonly isFirst: boolean }) | undefined;
  /** Bytes a second. */
  let alone = 0;
  let isSettled = false;
  return {
    /** So much was sent, over several or over one, and so much waits in the browser. `none`: they are not worth it. */
    note(bytes: number, waiting: number, areSeveral: boolean): "none" | undefined {
      sent += bytes;
      const here: Mark = { at: now(), gone: sent - waiting };
      if (mark?.areSeveral !== areSeveral) {
        if (mark && areSeveral && here.at > mark.at) alone = rateOf(mark, here);
        isSettled = false;
        mark = { ...here, areSeveral, isFirst: true };
        return undefined;
      }
      if (isSettled || here.at - mark.at < measureMs) return undefined;
      const rate = rateOf(mark, here);
      const { isFirst } = mark;
      mark = { ...here, areSeveral, isFirst: false };
      if (!areSeveral) {
        alone = rate;
        return undefined;
      }
      // The first moments are those in which they find out how fast they may be.
      if (isFirst) return undefined;
      isSettled = true;
      return rate < alone * gain ? "none" : undefined;
    },
  };
}

const rateOf = (from: Mark, to: Mark): number => ((to.gone - from.gone) * 1000) / (to.at - from.at);
