/** The log of the workbench: what happened, as data; the page words it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Mistake } from "./errors.ts";
import type { Condition } from "./experiments/moves.ts";
import type { PeerNote, Side } from "./peer.ts";
import type { StepId } from "./steps/plan.ts";

export type Happening =
  | { readonly kind: "step"; readonly step: StepId }
  /** A step that failed: the browser's own words, and which sentence explains them. */
  | {
      readonly kind: "error";
      readonly step: StepId;
      readonly name: string;
      readonly message: string;
      readonly mistake: Mistake;
    }
  /** Something that is not a step failed: a text that came could not be used. */
  | { readonly kind: "failure"; readonly name: string; readonly message: string }
  | { readonly kind: "state"; readonly name: string; readonly value: string }
  | { readonly kind: "candidate"; readonly text: string }
  | { readonly kind: "sent" | "came"; readonly what: Carried }
  /** A candidate came before the description it belongs to. */
  | { readonly kind: "held"; readonly count: number }
  | { readonly kind: "event"; readonly name: string }
  | { readonly kind: "note"; readonly note: PeerNote }
  | { readonly kind: "server"; readonly text: string }
  | { readonly kind: "late"; readonly condition: Condition };

/** What a text over the server was. */
export type Carried = "offer" | "answer" | "candidate" | "nothing";

export interface LogLine {
  readonly number: number;
  /** Since the workbench was opened or begun anew, ms. */
  readonly atMs: number;
  readonly side: Side;
  readonly what: Happening;
}

const linesMax = 600;

export class Log {
  readonly #lines = signal<readonly LogLine[]>([]);
  readonly #now: () => number;
  #startedAt: number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Newest last; the oldest are forgotten. */
  get lines(): ReadonlySignal<readonly LogLine[]> {
    return this.#lines;
  }

  add(side: Side, what: Happening): void {
    this.#count += 1;
    const line = { number: this.#count, atMs: this.#now() - this.#startedAt, side, what };
    this.#lines.value = [...this.#lines.value, line].slice(-linesMax);
  }

  clear(): void {
    this.#lines.value = [];
    this.#startedAt = this.#now();
  }
}
