import { type Signal, signal } from "@preact/signals";

/** Runs something later; returns how to call it off. */
export type After = (ms: number, run: () => void) => () => void;

/** What assistive technology is told, and what floats over the stage for a moment. */
export interface Announcement {
  readonly text: string;
  /** Another number even for the same text, so that it is read again. */
  readonly number: number;
  /** False for what stands on the screen already. */
  readonly isShown: boolean;
}

/** The page's two live regions: `polite` for notices and messages, `urgent` for errors. */
export class Announcer {
  readonly polite: Signal<Announcement | undefined> = signal(undefined);
  readonly urgent: Signal<Announcement | undefined> = signal(undefined);
  readonly #after: After;
  #count = 0;
  #forget: { polite?: () => void; urgent?: () => void } = {};

  constructor(after: After) {
    this.#after = after;
  }

  say(text: string): void {
    this.#put("polite", text, 4_000);
  }
  /** For assistive technology alone: everyone else sees it elsewhere. */
  mention(text: string): void {
    this.#put("polite", text, 4_000, false);
  }
  warn(text: string): void {
    this.#put("urgent", text, 8_000);
  }

  /** What was said is over, and says nothing about the next screen. */
  hush(): void {
    for (const region of ["polite", "urgent"] as const) {
      this.#forget[region]?.();
      this[region].value = undefined;
    }
  }

  #put(region: "polite" | "urgent", text: string, ms: number, isShown = true): void {
    this.#forget[region]?.();
    this.#count += 1;
    this[region].value = { text, number: this.#count, isShown };
    this.#forget[region] = this.#after(ms, () => {
      this[region].value = undefined;
    });
  }
}
