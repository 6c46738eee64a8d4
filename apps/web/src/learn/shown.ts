/** What the page shows of a side besides what its peer holds. */
import type { Mistake } from "./errors.ts";
import type { Arrivals } from "./numbers.ts";
import type { PairInUse } from "./pair.ts";
import type { Side } from "./peer.ts";
import type { StepId } from "./steps/plan.ts";

export interface Problem {
  readonly step: StepId;
  readonly mistake: Mistake;
  /** The browser's own. */
  readonly text: string;
}

export interface ChatLine {
  readonly number: number;
  /** Whose page it stands on. */
  readonly side: Side;
  readonly isOwn: boolean;
  readonly text: string;
}

/** What is shown of a side besides its peer. */
export interface Shown {
  readonly done: ReadonlySet<StepId>;
  readonly problem: Problem | undefined;
  readonly video: MediaStream | undefined;
  readonly pair: PairInUse | undefined;
  /** Of the numbers sent over the two channels. */
  readonly arrivals: Readonly<Record<string, Arrivals>>;
  /** A description came that no step has taken yet. */
  readonly isUnread: boolean;
  /** The browser said that another offer is needed, since the camera was added. */
  readonly isNegotiationNeeded: boolean;
  readonly isSocketOpen: boolean;
}

export const nothingShown: Shown = {
  done: new Set(),
  problem: undefined,
  video: undefined,
  pair: undefined,
  arrivals: {},
  isUnread: false,
  isNegotiationNeeded: false,
  isSocketOpen: false,
};
