/**
 * What two pages tell each other to play one experiment, beside what the experiment itself sends. Each page makes the moves of its own
 * sides, in the order in which one page would, and waits for the other's:
 *
 * ```
 *   invite ──▶            one learner chose an experiment
 *          ◀── join       the other plays along (or `decline`s); both begin anew
 *   did 7  ──▶            all moves up to this one that are mine are made
 *          ◀── did 12
 * ```
 */
import { type ExperimentId, experiments } from "./experiments.ts";

export type Together =
  | { readonly kind: "invite"; readonly id: ExperimentId; readonly isRun: boolean }
  | { readonly kind: "join" | "decline"; readonly id: ExperimentId }
  | { readonly kind: "did"; readonly move: number }
  /** It is not played any more. */
  | { readonly kind: "leave" };

export const togetherText = (word: Together): string => JSON.stringify({ together: word });

/** Undefined for whatever is none of these. */
export function readTogether(text: string): Together | undefined {
  // Descriptions are long, and none of this.
  if (!text.startsWith('{"together":') || text.length > 200) return undefined;
  try {
    const { kind, id, isRun, move } = (JSON.parse(text) as { together: Record<string, unknown> }).together;
    const experiment = experiments.find((one) => one.id === id)?.id;
    switch (kind) {
      case "invite":
        return experiment && { kind, id: experiment, isRun: isRun === true };
      case "join":
      case "decline":
        return experiment && { kind, id: experiment };
      case "did":
        return typeof move === "number" ? { kind, move } : undefined;
      case "leave":
        return { kind };
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
