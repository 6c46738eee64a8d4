/** Which step a learner who follows the order presses next, over both sides. */
import type { Side } from "./peer.ts";
import { plan, type StepId } from "./steps/plan.ts";

export interface NextStep {
  readonly side: Side;
  readonly step: StepId;
}

const order = plan.filter(({ stage }) => stage === "offer" || stage === "answer" || stage === "connect");

/**
 * The first step of the handshake that is not done on a side that is at this page; undefined when all are.
 *
 * @param done what each side at this page has done
 */
export function nextStep(done: ReadonlyMap<Side, ReadonlySet<StepId>>): NextStep | undefined {
  for (const { id, side } of order) {
    if (side === "both") continue;
    const mine = done.get(side);
    if (mine === undefined || mine.has(id)) continue;
    return { side, step: id };
  }
  return undefined;
}
