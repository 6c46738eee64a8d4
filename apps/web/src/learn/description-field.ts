import type { Peer } from "./peer.ts";
import type { StepId } from "./steps/plan.ts";

/** Which of a side's descriptions a step is about to set. */
export type DescriptionField = "offer" | "answer" | "received";

/** The text that can still be changed before that step sets it; undefined where there is none. */
export function descriptionAt(
  peer: Partial<Peer>,
  step: StepId,
  done: ReadonlySet<StepId>,
): DescriptionField | undefined {
  const { offer, answer, received } = peer;
  if (done.has(step)) return undefined;
  if (step === "set-local-offer" && offer !== undefined) return "offer";
  if (step === "set-local-answer" && answer !== undefined) return "answer";
  if (step === "set-remote-offer" && received?.type === "offer") return "received";
  if (step === "set-remote-answer" && received?.type === "answer") return "received";
  return undefined;
}
