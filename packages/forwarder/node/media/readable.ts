import { type FoldedLines, forwardingLimits, rates, unfoldLines } from "@parlour/protocol";

const { burst, perSecond } = rates.signalBytesPerConnection;

/** How much of folded descriptions is read of one page: a few bytes may say a lot, so it is as much as the server takes of who sends everything in full. */
export class Readable {
  #characters: number = burst;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** The description; undefined when it is none, too long, or too much of late. `now` in ms. */
  read(sdp: string | FoldedLines, now: number): string | undefined {
    if (typeof sdp === "string") return sdp;
    this.#characters = Math.min(burst, this.#characters + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    const most = Math.min(this.#characters, forwardingLimits.descriptionCharacters);
    const text = unfoldLines(sdp, most);
    this.#characters -= text?.length ?? most;
    return text;
  }
}
