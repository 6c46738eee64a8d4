/** What an experiment does, as data: steps, and what to wait for between them. */
import type { Side } from "../peer.ts";
import type { StepId } from "../steps/plan.ts";

export type Condition =
  | "offer"
  | "answer"
  | "candidate"
  | "gathered"
  | "channel open"
  | "channel closed"
  | "connected"
  | "not connected"
  | "negotiation needed"
  /** Stable, with all that both sides added described. */
  | "agreed"
  | "video"
  | "numbers";

export type Move =
  | { readonly kind: "step"; readonly side: Side; readonly step: StepId }
  /** The same step on both sides at once. */
  | { readonly kind: "both"; readonly step: StepId }
  | { readonly kind: "until"; readonly side: Side; readonly condition: Condition }
  | { readonly kind: "third" }
  /** What comes from now on waits until each side has made an offer. */
  | { readonly kind: "meet" };

/** Steps of one side, one after the other. */
export const on = (side: Side, ...steps: readonly StepId[]): readonly Move[] =>
  steps.map((step) => ({ kind: "step", side, step }));
export const both = (...steps: readonly StepId[]): readonly Move[] =>
  steps.map((step) => ({ kind: "both", step }));
export const until = (side: Side, condition: Condition): readonly Move[] => [
  { kind: "until", side, condition },
];
export const third: readonly Move[] = [{ kind: "third" }];
export const meet: readonly Move[] = [{ kind: "meet" }];

interface Handshake {
  /** Run by the offerer before its offer is made. */
  readonly offers?: readonly StepId[];
  /** Run by the answerer before its answer is made. */
  readonly answers?: readonly StepId[];
  readonly doesOffererSendCandidates?: boolean;
}

/** The whole handshake, up to the open channel. */
export function handshake({
  offers = [],
  answers = [],
  doesOffererSendCandidates = true,
}: Handshake = {}): readonly Move[] {
  return [
    ...on(
      "offerer",
      "create-connection",
      ...offers,
      "create-channel",
      "create-offer",
      "set-local-offer",
      "send-offer",
    ),
    ...(doesOffererSendCandidates ? on("offerer", "send-candidates") : []),
    ...until("answerer", "offer"),
    ...on("answerer", "create-connection-b", "listen", "set-remote-offer", "add-candidates-b", ...answers),
    ...on("answerer", "create-answer", "set-local-answer", "send-answer", "send-candidates-b"),
    ...until("offerer", "answer"),
    ...on("offerer", "set-remote-answer", "add-candidates"),
    ...until("offerer", "channel open"),
    ...until("answerer", "channel open"),
  ];
}

/** Another offer and its answer, over a connection that is there. */
export const again: readonly Move[] = [
  ...on("offerer", "offer-again"),
  ...until("answerer", "offer"),
  ...on("answerer", "answer-again"),
  ...until("offerer", "answer"),
  ...on("offerer", "take-answer"),
];
