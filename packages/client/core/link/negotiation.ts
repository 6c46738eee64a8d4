import { hasOnlyFingerprint, ufragOfCandidate, ufragsOf } from "./sdp.ts";
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
 * There are no provisional answers, and no rollback of our own but the browser's.
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
  readonly remoteFingerprint?: string | undefined;
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
  | { readonly kind: "description"; readonly description: Description }
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  /** The running operation is done. `local` is what was set, when it was ours. */
  | { readonly kind: "done"; readonly local?: { readonly type: "offer" | "answer"; readonly sdp: string } }
  | { readonly kind: "failed"; readonly detail: string };

export type NegotiationEffect =
  | { readonly kind: "set-local" }
  | { readonly kind: "set-remote"; readonly description: Description }
  /** The remote description is set: tell the parts, and before an answer let them fill what it brought. */
  | { readonly kind: "described"; readonly description: Description }
  | { readonly kind: "add-candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "send-description"; readonly type: "offer" | "answer"; readonly sdp: string }
  | { readonly kind: "send-candidates"; readonly candidates: readonly Candidate[] }
  /** Offer and answer have met; `isRestarted`: with new ICE credentials of the other side. */
  | { readonly kind: "settled"; readonly isRestarted: boolean }
  | { readonly kind: "violation"; readonly reason: string }
  /** The link can't go on. */
  | { readonly kind: "end"; readonly reason: "wrong-fingerprint" | "flooded" }
  /** This connection can't go on. */
  | { readonly kind: "broken"; readonly detail: string }
  | { readonly kind: "log"; readonly event: string; readonly detail?: string };

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
    remoteUfrags: [],
    held: [],
    unsent: [],
  };
}

export function negotiate(before: Negotiation, input: NegotiationInput): NegotiationStep {
  switch (input.kind) {
    case "needed":
      // The browser fires again when it is stable and something is still open, so one that can't be used now is not kept.
      if (!before.hasBegun || before.waiting.some((waiting) => waiting.kind === "offer"))
        return { negotiation: before, effects: [] };
      return enqueue(before, { kind: "offer" });
    case "description":
      return enqueue(before, { kind: "take", description: input.description });
    case "candidates":
      return enqueue(before, { kind: "candidates", candidates: input.candidates });
    case "found":
      if (before.running?.kind === "offer" || before.running?.kind === "answer")
        return {
          negotiation: { ...before, unsent: [...before.unsent, ...input.candidates] },
          effects: [],
        };
      return {
        negotiation: before,
        effects: [{ kind: "send-candidates", candidates: input.candidates }],
      };
    case "done":
      return proceed(finish(before, input.local));
    case "failed":
      return proceed(fail(before, input.detail));
  }
}

function enqueue(before: Negotiation, operation: Operation): NegotiationStep {
  const last = before.waiting.at(-1);
  if (operation.kind === "candidates" && last?.kind === "candidates") {
    const candidates = [...last.candidates, ...operation.candidates].slice(-linkLimits.heldCandidates);
    return {
      negotiation: {
        ...before,
        waiting: [...before.waiting.slice(0, -1), { kind: "candidates", candidates }],
      },
      effects: [],
    };
  }
  if (before.waiting.length >= linkLimits.waitingOperations)
    return { negotiation: before, effects: [{ kind: "end", reason: "flooded" }] };
  return proceed({ negotiation: { ...before, waiting: [...before.waiting, operation] }, effects: [] });
}

/** Starts what waits until something runs or nothing waits. */
function proceed(step: NegotiationStep): NegotiationStep {
  let { negotiation: now } = step;
  const effects = [...step.effects];
  while (now.running === undefined) {
    const [operation, ...waiting] = now.waiting;
    if (operation === undefined) break;
    const begun = begin({ ...now, waiting }, operation);
    now = begun.negotiation;
    effects.push(...begun.effects);
  }
  return { negotiation: now, effects };
}

function begin(now: Negotiation, operation: Operation): NegotiationStep {
  const run = (effect: NegotiationEffect): NegotiationStep => ({
    negotiation: { ...now, running: operation },
    effects: [effect],
  });
  switch (operation.kind) {
    case "offer":
      return now.signaling === "stable" ? run({ kind: "set-local" }) : { negotiation: now, effects: [] };
    case "answer":
      return run({ kind: "set-local" });
    case "candidates":
      return beginCandidates(now, operation.candidates);
    case "take": {
      const { description } = operation;
      const { rules } = now;
      if (
        rules.remoteFingerprint !== undefined &&
        !hasOnlyFingerprint(description.sdp, rules.remoteFingerprint)
      )
        return { negotiation: now, effects: [{ kind: "end", reason: "wrong-fingerprint" }] };
      if (description.type === "answer") {
        if (now.signaling === "have-local-offer") return run({ kind: "set-remote", description });
        return { negotiation: now, effects: [{ kind: "violation", reason: "unexpected-answer" }] };
      }
      const ignoreOffer = !rules.isPolite && now.signaling !== "stable";
      if (ignoreOffer)
        return { negotiation: { ...now, ignoreOffer }, effects: [{ kind: "log", event: "offer-ignored" }] };
      return {
        negotiation: { ...now, ignoreOffer, hasBegun: true, running: operation },
        effects: [{ kind: "set-remote", description }],
      };
    }
  }
}

function beginCandidates(now: Negotiation, candidates: readonly Candidate[]): NegotiationStep {
  const fitting: Candidate[] = [];
  const others: Candidate[] = [];
  for (const candidate of candidates)
    (fits(candidate, now.remoteUfrags, now.ignoreOffer) ? fitting : others).push(candidate);
  const held = [...now.held, ...others].slice(-linkLimits.heldCandidates);
  if (fitting.length === 0) return { negotiation: { ...now, held }, effects: [] };
  return {
    negotiation: { ...now, held, running: { kind: "candidates", candidates: fitting } },
    effects: [{ kind: "add-candidates", candidates: fitting }],
  };
}

function fits(candidate: Candidate, ufrags: readonly string[], ignoreOffer: boolean): boolean {
  const ufrag = candidate.usernameFragment ?? ufragOfCandidate(candidate.candidate);
  // Without a fragment it can only be meant for what was described last.
  if (ufrag === undefined) return ufrags.length > 0 && !ignoreOffer;
  return ufrags.includes(ufrag);
}

function finish(
  before: Negotiation,
  local: { readonly type: "offer" | "answer"; readonly sdp: string } | undefined,
): NegotiationStep {
  const { running } = before;
  const idle: Negotiation = { ...before, running: undefined };
  if (running === undefined || running.kind === "candidates") return { negotiation: idle, effects: [] };
  if (running.kind === "take") return taken(idle, running.description);
  if (local === undefined) return fail(before, "nothing was described");
  const effects: NegotiationEffect[] = [{ kind: "send-description", ...local }];
  if (before.unsent.length > 0) effects.push({ kind: "send-candidates", candidates: before.unsent });
  if (running.kind === "answer") effects.push({ kind: "settled", isRestarted: running.isRestarted });
  return {
    negotiation: { ...idle, unsent: [], signaling: running.kind === "offer" ? "have-local-offer" : "stable" },
    effects,
  };
}

function taken(before: Negotiation, description: Description): NegotiationStep {
  const remoteUfrags = ufragsOf(description.sdp);
  const isRestarted = remoteUfrags.some((ufrag) => !before.remoteUfrags.includes(ufrag));
  const candidates = before.held.filter((candidate) => fits(candidate, remoteUfrags, false));
  const isOffer = description.type === "offer";
  const waiting: Operation[] = [];
  if (isOffer) waiting.push({ kind: "answer", isRestarted });
  if (candidates.length > 0) waiting.push({ kind: "candidates", candidates });
  const effects: NegotiationEffect[] = [{ kind: "described", description }];
  if (!isOffer) effects.push({ kind: "settled", isRestarted });
  return {
    negotiation: {
      ...before,
      remoteUfrags,
      held: [],
      signaling: isOffer ? "have-remote-offer" : "stable",
      // Both go before anything that waited already.
      waiting: [...waiting, ...before.waiting],
    },
    effects,
  };
}

function fail(before: Negotiation, detail: string): NegotiationStep {
  const { running } = before;
  const idle: Negotiation = { ...before, running: undefined };
  // A candidate that the browser can't use is one path less, not an error of the negotiation.
  if (running === undefined || running.kind === "candidates")
    return { negotiation: idle, effects: [{ kind: "log", event: "candidate-refused", detail }] };
  return { negotiation: idle, effects: [{ kind: "broken", detail }] };
}
