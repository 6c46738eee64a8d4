import { enqueueOffer, type NegotiationWork } from "./negotiation.ts";

/*
 * The other half of a negotiation: whose turn it is to offer once something is negotiated, and what fails. It may be loaded later
 * (decision 16).
 */

/** The other side wants to offer, or lets us. */
function turn(work: NegotiationWork, kind: "ask" | "go"): void {
  const { floor, rules } = work;
  if (kind === "ask") {
    if (!rules.isPolite && floor === "free") work.floor = "asked";
  } else if (rules.isPolite && floor === "asked") {
    // What was asked for is used, needed by now or not: the other side waits for it.
    work.floor = "given";
    enqueueOffer(work);
  }
}

/** Somebody asked: it is the other side's turn as soon as nothing is under way. */
function give(work: NegotiationWork): void {
  if (work.rules.isPolite || work.running || work.signaling !== "stable") return;
  work.floor = "given";
  work.effects.push({ kind: "send", signal: { type: "go" } });
}

/** Whether an offer may be made now, when nothing else is; asks for the floor where it takes one. */
function mayOffer(work: NegotiationWork): boolean {
  const { floor, rules } = work;
  if (!rules.isPolite) {
    if (floor === "given") work.isOwing = true;
    return floor !== "given";
  }
  if (floor === "given" || work.remoteUfrags.length === 0) return true;
  if (floor === "free") work.effects.push({ kind: "send", signal: { type: "ask" } });
  work.floor = "asked";
  return false;
}

function fail(work: NegotiationWork, detail: string): void {
  // A candidate that the browser can't use is one path less, not an error of the negotiation.
  work.effects.push(
    work.running?.kind === "candidates"
      ? { kind: "log", event: "candidate-refused", detail }
      : { kind: "rebuild", reason: detail },
  );
  work.running = undefined;
}

/** What `negotiate` is given when it is there. */
export const floor = { turn, give, mayOffer, fail };
export type Floor = typeof floor;
