import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";

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

type Region = "polite" | "urgent";

/** How many stand at once; an older one goes for a newer one. */
const mostLines = 6;

/** The page's two live regions: `polite` for notices and messages, `urgent` for errors. One that comes takes no other one's time. */
export class Announcer {
  /** What stands in each region, the oldest first. */
  readonly lines: Readonly<Record<Region, Signal<readonly Announcement[]>>> = {
    polite: signal([]),
    urgent: signal([]),
  };
  /** The newest of each. */
  readonly polite: ReadonlySignal<Announcement | undefined> = computed(() => this.lines.polite.value.at(-1));
  readonly urgent: ReadonlySignal<Announcement | undefined> = computed(() => this.lines.urgent.value.at(-1));
  readonly #after: After;
  #count = 0;

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
    this.lines.polite.value = this.lines.urgent.value = [];
  }

  #put(region: Region, text: string, ms: number, isShown = true): void {
    const lines = this.lines[region];
    const line = { text, number: ++this.#count, isShown };
    lines.value = [...lines.value.filter((one) => one.text !== text), line].slice(-mostLines);
    this.#after(ms, () => {
      lines.value = lines.value.filter((one) => one !== line);
    });
  }
}
