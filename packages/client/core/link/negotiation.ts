import { beyond, type Halved } from "../halves.ts";
import type { Floor } from "./negotiation-floor.ts";
import { ufragOfCandidate, ufragsOf } from "./sdp.ts";
import { type Candidate, type Description, linkLimits } from "./signal.ts";

/**
 * Perfect negotiation (WebRTC 1.0, section 10.7) on one connection, as a pure machine.
 *
 * Operations run strictly one at a time: what arrives meanwhile waits, and is judged when its turn comes. So `makingOffer` and
 * `isSettingRemoteAnswerPending` of the W3C's text are the operation that runs, and an offer that arrived during either is judged
 * after it, by the signaling state that it left: the same outcome as the W3C's conditions.
 *
 * ```
 *  stable ──offer set──▶ have-local-offer ──answer taken──▶ stable
 *     │                        │
 *     │                        └──their offer, we are polite (the browser rolls ours back)──┐
 *     └──their offer──▶ have-remote-offer ◀─────────────────────────────────────────────────┘
 *                              └──answer set──▶ stable
 * ```
 * There are no provisional answers, and no rollback of our own but the browser's. And that one is kept from happening: Chromium draws
 * no received picture any more after it took an offer of its own back. So once something is negotiated, the polite side asks for the
 * floor before it offers, and the impolite side, when it is stable, gives it and offers nothing until that offer came. Offers then
 * cross only where the other side does not keep to this.
 */
export type Signaling = "stable" | "have-local-offer" | "have-remote-offer";

export type Operation =
  | { readonly kind: "offer" }
  | { readonly kind: "take"; readonly description: Description }
  | { readonly kind: "answer"; readonly isRestarted: boolean }
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] };

export interface NegotiationRules {
  readonly isPolite: boolean;
  readonly makesFirstOffer: boolean;
  /** Private rooms: whether a description is of a connection that belongs to that seat. Pure, as everything here. */
  readonly isTheirs?: ((sdp: string) => boolean) | undefined;
}

export interface Negotiation {
  readonly rules: NegotiationRules;
  readonly signaling: Signaling;
  /** Until something is negotiated, the side that does not make the first offer makes none. */
  readonly hasBegun: boolean;
  readonly running: Operation | undefined;
  readonly waiting: readonly Operation[];
  /** The last offer that came was ignored. */
  readonly ignoreOffer: boolean;
  /** Whose turn it is to offer. The polite side asks and is given it, the impolite side is asked and gives it. */
  readonly floor: "free" | "asked" | "given";
  /** Something came up while the other side has the floor. */
  readonly isOwing: boolean;
  /** Of the remote description that is set. */
  readonly remoteUfrags: readonly string[];
  /** Theirs, whose description is not set. What doesn't fit when one is set is dropped: it belonged to an ignored offer. */
  readonly held: readonly Candidate[];
  /** Ours, found before their description was sent. */
  readonly unsent: readonly Candidate[];
}

export type NegotiationInput =
  /** The connection fired `negotiationneeded`, or the link begins. */
  | { readonly kind: "needed" }
  | { readonly kind: "found"; readonly candidates: readonly Candidate[] }
  | Extract<Operation, { kind: "take" | "candidates" }>
  /** The other side wants to offer, or lets us. */
  | { readonly kind: "ask" | "go" }
  /** The running operation is done. `local` is what was set, when it was ours. */
  | { readonly kind: "done"; readonly local?: { readonly type: "offer" | "answer"; readonly sdp: string } }
  | { readonly kind: "failed"; readonly detail: string };

export type NegotiationEffect =
  | { readonly kind: "set-local" }
  | { readonly kind: "set-remote"; readonly description: Description }
  /** The remote description is set: tell the parts, and before an answer let them fill what it brought. */
  | { readonly kind: "described"; readonly description: Description }
  | { readonly kind: "add-candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "send"; readonly signal: Outgoing }
  /** Offer and answer have met; `isRestarted`: with new ICE credentials of the other side. */
  | { readonly kind: "settled"; readonly isRestarted: boolean }
  /** What is to become of the link: the other side broke a rule, this connection can't go on, or nothing can. */
  | { readonly kind: "violation" | "rebuild" | "close"; readonly reason: string }
  | { readonly kind: "log"; readonly event: string; readonly detail?: string };

/** A signal before it has its generation, and a description without what the parts say beside it. */
export type Outgoing =
  | { readonly type: "offer" | "answer"; readonly sdp: string }
  | { readonly type: "candidates"; readonly candidates: readonly Candidate[] }
  | { readonly type: "ask" | "go" };

export interface NegotiationStep {
  readonly negotiation: Negotiation;
  readonly effects: readonly NegotiationEffect[];
}

export function negotiation(rules: NegotiationRules): Negotiation {
  return {
    rules,
    signaling: "stable",
    hasBegun: rules.makesFirstOffer,
    running: undefined,
    waiting: [],
    ignoreOffer: false,
    floor: "free",
    isOwing: false,
    remoteUfrags: [],
    held: [],
    unsent: [],
  };
}

/** One step in the making: a copy that its functions change, and what is to be done. */
export type NegotiationWork = { -readonly [K in keyof Negotiation]: Negotiation[K] } & {
  readonly effects: NegotiationEffect[];
} & Halved<Floor>;
type Work = NegotiationWork;

/** Undefined when it takes the other half, and that is not given (decision 16); nothing has changed then. */
export function negotiate(
  before: Negotiation,
  input: NegotiationInput,
  further: Floor | undefined,
): NegotiationStep | undefined {
  const work: Work = { ...before, effects: [], further };
  switch (input.kind) {
    case "needed":
      // The browser fires again when it is stable and something is still open, so one that can't be used now is not kept.
      if (work.hasBegun) enqueueOffer(work);
      break;
    case "ask":
    case "go":
      beyond(work, "turn", input.kind);
      break;
    case "take":
    case "candidates":
      enqueue(work, input);
      break;
    case "found":
      work.unsent = [...work.unsent, ...input.candidates];
      if (work.running?.kind !== "offer" && work.running?.kind !== "answer") sendFound(work);
      break;
    case "done":
      finish(work, input.local);
      break;
    case "failed":
      beyond(work, "fail", input.detail);
  }
  // Starts what waits until something runs or nothing waits.
  while (work.running === undefined) {
    const [operation, ...waiting] = work.waiting;
    if (operation === undefined) break;
    work.waiting = waiting;
    begin(work, operation);
  }
  if (work.floor === "asked") beyond(work, "give", undefined);
  if (work.isStuck) return undefined;
  const { effects, further: _, ...negotiation } = work;
  return { negotiation, effects };
}

function enqueue(work: Work, operation: Operation): void {
  const last = work.waiting.at(-1);
  if (operation.kind === "candidates" && last?.kind === "candidates") {
    const candidates = [...last.candidates, ...operation.candidates].slice(-linkLimits.heldCandidates);
    work.waiting = [...work.waiting.slice(0, -1), { kind: "candidates", candidates }];
  } else if (work.waiting.length < linkLimits.waitingOperations) work.waiting = [...work.waiting, operation];
  else work.effects.push({ kind: "close", reason: "flooded" });
}

export function enqueueOffer(work: Work): void {
  if (!work.waiting.some(({ kind }) => kind === "offer")) enqueue(work, { kind: "offer" });
}

/** Whether an offer may be made now. */
function mayOffer(work: Work): boolean {
  if (work.signaling !== "stable") return false;
  // Before the first description there is nothing to cross.
  const isFree = work.floor === "free" && (!work.rules.isPolite || work.remoteUfrags.length === 0);
  return isFree || (beyond(work, "mayOffer", undefined) ?? false);
}

function begin(work: Work, operation: Operation): void {
  const { effects, rules } = work;
  const run = (effect: NegotiationEffect): void => {
    work.running = operation;
    effects.push(effect);
  };
  if (operation.kind === "candidates") {
    const isFitting = (candidate: Candidate) => fits(candidate, work.remoteUfrags, work.ignoreOffer);
    const candidates = operation.candidates.filter(isFitting);
    const others = operation.candidates.filter((candidate) => !isFitting(candidate));
    work.held = [...work.held, ...others].slice(-linkLimits.heldCandidates);
    if (candidates.length > 0) run({ kind: "add-candidates", candidates });
  } else if (operation.kind !== "take") {
    if (operation.kind === "answer" || mayOffer(work)) run({ kind: "set-local" });
  } else {
    const { description } = operation;
    const isOffer = description.type === "offer";
    if (rules.isTheirs?.(description.sdp) === false)
      effects.push({ kind: "close", reason: "wrong-fingerprint" });
    else if (!isOffer && work.signaling !== "have-local-offer")
      effects.push({ kind: "violation", reason: "unexpected-answer" });
    else if (isOffer && !rules.isPolite && work.signaling !== "stable") {
      work.ignoreOffer = true;
      effects.push({ kind: "log", event: "offer-ignored" });
    } else {
      if (isOffer) {
        work.ignoreOffer = false;
        work.hasBegun = true;
        if (!rules.isPolite) work.floor = "free";
      }
      run({ kind: "set-remote", description });
    }
  }
}

function fits(candidate: Candidate, ufrags: readonly string[], ignoreOffer: boolean): boolean {
  const ufrag = candidate.usernameFragment ?? ufragOfCandidate(candidate.candidate);
  // Without a fragment it can only be meant for what was described last.
  return ufrag === undefined ? ufrags.length > 0 && !ignoreOffer : ufrags.includes(ufrag);
}

function finish(work: Work, local: Extract<NegotiationInput, { kind: "done" }>["local"]): void {
  const { running, effects } = work;
  if (running?.kind === "take") taken(work, running.description);
  else if (running !== undefined && running.kind !== "candidates") {
    if (local === undefined) {
      beyond(work, "fail", "nothing was described");
      return;
    }
    effects.push({ kind: "send", signal: local });
    sendFound(work);
    work.signaling = "have-local-offer";
    if (running.kind === "offer" && work.rules.isPolite) work.floor = "free";
    if (running.kind === "answer") settle(work, running.isRestarted);
  }
  work.running = undefined;
}

function sendFound(work: Work): void {
  const most = linkLimits.candidatesPerSignal;
  for (let i = 0; i < work.unsent.length; i += most)
    work.effects.push({
      kind: "send",
      signal: { type: "candidates", candidates: work.unsent.slice(i, i + most) },
    });
  work.unsent = [];
}

function settle(work: Work, isRestarted: boolean): void {
  work.signaling = "stable";
  work.effects.push({ kind: "settled", isRestarted });
  if (work.isOwing || (work.rules.isPolite && work.floor === "given")) enqueueOffer(work);
  work.isOwing = false;
}

function taken(work: Work, description: Description): void {
  const ufrags = ufragsOf(description.sdp);
  const isRestarted = ufrags.some((ufrag) => !work.remoteUfrags.includes(ufrag));
  const candidates = work.held.filter((candidate) => fits(candidate, ufrags, false));
  work.remoteUfrags = ufrags;
  work.held = [];
  // What follows from it goes before anything that waited already.
  if (candidates.length > 0) work.waiting = [{ kind: "candidates", candidates }, ...work.waiting];
  work.effects.push({ kind: "described", description });
  if (description.type === "offer") {
    work.signaling = "have-remote-offer";
    work.waiting = [{ kind: "answer", isRestarted }, ...work.waiting];
  } else settle(work, isRestarted);
}
