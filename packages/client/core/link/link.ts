import { beyond, type Halved } from "../halves.ts";
import type { LinkFurther } from "./further.ts";
import {
  type Negotiation,
  type NegotiationEffect,
  type NegotiationInput,
  type NegotiationRules,
  negotiate,
  negotiation,
} from "./negotiation.ts";
import type { Description, LinkSignal } from "./signal.ts";

/**
 * One link: the connections that follow each other under it, and when one is helped up or replaced.
 *
 * ```
 *  connecting ──▶ connected ◀──▶ recovering ◀─┐
 *      │              │              │        │ something changed, and `failed` was the reason
 *      └──────────────┴──────────────┴──▶ closed
 * ```
 * `recovering` is also a link whose connection stands, as its browser has it, and over which nothing comes.
 * A connection that fails before it ever connected is restarted and replaced within `connecting`. There is no `failed`: what can't
 * be helped ends as `closed`, with a reason. With the reason `failed` it is tried again when something changed, or after a while;
 * with any other it is closed for good.
 */
export type LinkStatus =
  | { readonly state: "connecting" }
  | { readonly state: "connected" }
  | { readonly state: "recovering"; readonly reason: string }
  | { readonly state: "closed"; readonly reason: string };

/** As `RTCPeerConnection.connectionState`. */
export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/** How far help has gone since the link was last connected. */
type Help =
  | "none"
  /** ICE restart asked for. */
  | "restarted"
  /** Both sides' new credentials are known. */
  | "met"
  | "rebuilt"
  /** Nothing can help this connection: there will be another, as soon as the other side can be told. */
  | "spent";

export interface LinkMachine {
  readonly rules: NegotiationRules;
  readonly status: LinkStatus;
  /** Counts the connections of this link, on both sides alike. Signals of an earlier one are ignored. */
  readonly generation: number;
  readonly negotiation: Negotiation;
  readonly connection: ConnectionState;
  readonly help: Help;
  /** When to help without being told to. */
  readonly helpAt: number | undefined;
  /** Until then a failure is none: the other side's candidates may still come. */
  readonly patientUntil: number;
  readonly rebuilds: number;
  /** Times it was given up since it was last connected. */
  readonly givenUp: number;
  readonly violations: number;
}

export const linkTimes = {
  /** `disconnected` often mends itself (WebRTC 1.0, section 5.6.4). */
  disconnectedMs: 2_000,
  /**
   * So long the other side's candidates may take. Chromium says `failed` as soon as each pair that there is has failed, also while better
   * candidates are still under way (RFC 8863 has it otherwise), and goes on by itself when those come.
   */
  candidatesMs: 10_000,
} as const;

export type LinkInput =
  | { readonly kind: "begin" }
  /** From the connection of that generation; from an earlier one it changes nothing. */
  | { readonly kind: "negotiation"; readonly generation: number; readonly input: NegotiationInput }
  | { readonly kind: "connection"; readonly generation: number; readonly state: ConnectionState }
  | { readonly kind: "signal"; readonly signal: LinkSignal }
  | { readonly kind: "violation" | "restart" | "rebuild" | "revive" | "close"; readonly reason: string }
  /**
   * Seen by who looks after it: nothing comes over a connection that its browser calls connected, something does again, or it is beyond
   * all help and the other side can't be told now.
   */
  | { readonly kind: "lost" | "heard" | "spent"; readonly reason: string }
  | { readonly kind: "time" };

export type LinkEffect =
  /** Lets go of the connection there is and makes a new one. */
  | { readonly kind: "build"; readonly generation: number }
  | { readonly kind: "restart-ice" }
  | {
      readonly kind: "send";
      readonly signal: Exclude<LinkSignal, Description> | Omit<Description, "parts">;
    }
  | Extract<NegotiationEffect, { kind: "set-local" | "set-remote" | "described" | "add-candidates" | "log" }>
  | { readonly kind: "changed" }
  | { readonly kind: "release"; readonly reason: string };

export interface LinkStep {
  readonly machine: LinkMachine;
  readonly effects: readonly LinkEffect[];
}

export function linkMachine(rules: NegotiationRules): LinkMachine {
  return {
    rules,
    status: { state: "connecting" },
    generation: 1,
    negotiation: negotiation(rules),
    connection: "new",
    help: "none",
    helpAt: undefined,
    patientUntil: 0,
    rebuilds: 0,
    givenUp: 0,
    violations: 0,
  };
}

/** One step in the making: a copy that its functions change, and what is to be done. */
export type Work = { -readonly [K in keyof LinkMachine]: LinkMachine[K] } & {
  readonly effects: LinkEffect[];
  readonly now: number;
} & Halved<LinkFurther>;

/**
 * Takes one input. Undefined when it takes the other half, and that is not given (decision 16): nothing has changed then, and the input
 * waits, with all that follow it but `close`.
 */
export function advanceLink(
  before: LinkMachine,
  input: LinkInput,
  now: number,
  further: LinkFurther | undefined,
): LinkStep | undefined {
  const { status } = before;
  // Its connection is let go of, and says nothing that matters.
  const isOver = status.state === "closed" && (status.reason !== "failed" || input.kind in ofConnection);
  if (isOver) return { machine: before, effects: [] };
  const work: Work = { ...before, effects: [], now, further };
  take(work, input);
  if (work.isStuck) return undefined;
  const { effects, now: _now, further: _further, ...machine } = work;
  return { machine, effects };
}

const ofConnection = { negotiation: 1, connection: 1, violation: 1 };

function take(work: Work, input: LinkInput): void {
  switch (input.kind) {
    case "begin":
      build(work);
      break;
    case "negotiation":
      if (input.generation === work.generation) inNegotiation(work, input.input);
      break;
    case "connection":
      if (input.generation === work.generation) connectionChanged(work, input.state);
      break;
    case "signal":
      signalled(work, input.signal);
      break;
    case "close":
      close(work, input.reason);
      break;
    default:
      beyond(work, "asked", input);
  }
}

export function log(work: Work, event: string, detail?: string): void {
  work.effects.push({ kind: "log", event, ...(detail !== undefined && { detail }) });
}

/** The one door between states. */
export function enter(work: Work, status: LinkStatus): void {
  const { state } = work.status;
  work.status = status;
  if (state === status.state) return;
  log(work, status.state, "reason" in status ? status.reason : undefined);
  work.effects.push({ kind: "changed" });
}

export function close(work: Work, reason: string): void {
  work.helpAt = undefined;
  work.effects.push({ kind: "release", reason });
  enter(work, { state: "closed", reason });
}

function inNegotiation(work: Work, input: NegotiationInput): void {
  const { generation } = work;
  const step = negotiate(work.negotiation, input, work.further?.negotiation);
  if (!step) {
    work.isStuck = true;
    return;
  }
  work.negotiation = step.negotiation;
  for (const effect of step.effects) {
    // What came before may have ended this connection.
    if (work.status.state === "closed" || work.generation !== generation) break;
    fromNegotiation(work, effect);
  }
}

function fromNegotiation(work: Work, effect: NegotiationEffect): void {
  const { generation, effects } = work;
  switch (effect.kind) {
    case "send":
      effects.push({ kind: "send", signal: { ...effect.signal, generation } });
      break;
    case "settled": {
      const isDown = work.connection !== "connected";
      if (!effect.isRestarted) break;
      if (isDown) work.patientUntil = work.now + linkTimes.candidatesMs;
      if (work.help !== "none" || (isDown && work.status.state !== "connecting"))
        beyond(work, "restarted", undefined);
      break;
    }
    case "close":
      close(work, effect.reason);
      break;
    case "violation":
    case "rebuild":
      beyond(work, "asked", effect);
      break;
    default:
      effects.push(effect);
  }
}

function signalled(work: Work, signal: LinkSignal): void {
  const { type, generation } = signal;
  if (generation < work.generation) return;
  if (generation > work.generation || type === "rebuild" || work.status.state === "closed")
    beyond(work, "signalled", signal);
  else taken(work, signal);
}

/** A signal of this connection. */
export function taken(work: Work, signal: Exclude<LinkSignal, { type: "rebuild" }>): void {
  const { type } = signal;
  if (type === "candidates") inNegotiation(work, { kind: type, candidates: signal.candidates });
  else if (type === "ask" || type === "go") inNegotiation(work, { kind: type });
  else inNegotiation(work, { kind: "take", description: signal as Description });
}

function connectionChanged(work: Work, state: ConnectionState): void {
  work.connection = state;
  if (state === "connected") {
    work.help = "none";
    work.helpAt = undefined;
    work.patientUntil = work.rebuilds = work.givenUp = 0;
    enter(work, { state });
  } else if (state === "disconnected") work.helpAt ??= work.now + linkTimes.disconnectedMs;
  else if (state === "failed") beyond(work, "failed", undefined);
}

export function build(work: Work): void {
  work.effects.push({ kind: "build", generation: work.generation });
  if (work.rules.makesFirstOffer) inNegotiation(work, { kind: "needed" });
}
