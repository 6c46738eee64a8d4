import {
  type Negotiation,
  type NegotiationEffect,
  type NegotiationInput,
  type NegotiationRules,
  negotiate,
  negotiation,
} from "./negotiation.ts";
import { type Description, type LinkSignal, linkLimits } from "./signal.ts";

/**
 * One link: the connections that follow each other under it, and when one is helped up or replaced.
 *
 * ```
 *  connecting ──▶ connected ◀──▶ recovering ◀─┐
 *      │              │              │        │ something changed, and `failed` was the reason
 *      └──────────────┴──────────────┴──▶ closed
 * ```
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
  | "rebuilt";

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

export const recoveryTimes = {
  /** `disconnected` often mends itself (WebRTC 1.0, section 5.6.4). */
  disconnectedMs: 2_000,
  /** A restart that was met and shows no effect by then is not going to. */
  restartMs: 15_000,
  /**
   * So long the other side's candidates may take. Chromium says `failed` as soon as each pair that there is has failed, also while better
   * candidates are still under way (RFC 8863 has it otherwise), and goes on by itself when those come.
   */
  candidatesMs: 10_000,
  /** What was given up is tried again after this, and after twice as long each time, */
  againMs: 30_000,
  /** up to this often. */
  againDoublings: 4,
} as const;

export type LinkInput =
  | { readonly kind: "begin" }
  /** From the connection of that generation; from an earlier one it changes nothing. */
  | { readonly kind: "negotiation"; readonly generation: number; readonly input: NegotiationInput }
  | { readonly kind: "connection"; readonly generation: number; readonly state: ConnectionState }
  | { readonly kind: "signal"; readonly signal: LinkSignal }
  | { readonly kind: keyof typeof asked; readonly reason: string }
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
type Work = { -readonly [K in keyof LinkMachine]: LinkMachine[K] } & {
  readonly effects: LinkEffect[];
  readonly now: number;
};

export function advanceLink(before: LinkMachine, input: LinkInput, now: number): LinkStep {
  const { status } = before;
  // Its connection is let go of, and says nothing that matters.
  const isOver = status.state === "closed" && (status.reason !== "failed" || input.kind in ofConnection);
  if (isOver) return { machine: before, effects: [] };
  const work: Work = { ...before, effects: [], now };
  take(work, input);
  const { effects, now: _, ...machine } = work;
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
    case "time":
      if (work.now < (work.helpAt ?? Infinity)) break;
      if (!revive(work, "time")) help(work);
      break;
    default:
      asked[input.kind](work, input.reason);
  }
}

/** What the driver, the negotiation or the other side's behaviour may ask for. */
const asked = { violation: violated, restart, rebuild, revive, close };

function log(work: Work, event: string, detail?: string): void {
  work.effects.push({ kind: "log", event, ...(detail !== undefined && { detail }) });
}

/** The one door between states. */
function enter(work: Work, status: LinkStatus): void {
  const { state } = work.status;
  work.status = status;
  if (state === status.state) return;
  log(work, status.state, "reason" in status ? status.reason : undefined);
  work.effects.push({ kind: "changed" });
}

/** One that never connected stays `connecting`. */
function recover(work: Work, reason: string): void {
  if (work.status.state !== "connecting") enter(work, { state: "recovering", reason });
}

/** Something changed here: what was given up is tried again. The other side alone may ask for that only so often. */
function revive(work: Work, reason: string): boolean {
  if (work.status.state !== "closed") return false;
  work.rebuilds = 0;
  rebuild(work, reason);
  return true;
}

function close(work: Work, reason: string): void {
  const { againMs, againDoublings } = recoveryTimes;
  const again = work.now + againMs * 2 ** Math.min(work.givenUp++, againDoublings);
  work.helpAt = reason === "failed" ? again : undefined;
  work.effects.push({ kind: "release", reason });
  enter(work, { state: "closed", reason });
}

function violated(work: Work, reason: string): void {
  if (++work.violations > linkLimits.violations) close(work, "bad-signals");
  else log(work, "bad-signal", reason);
}

function inNegotiation(work: Work, input: NegotiationInput): void {
  const { generation } = work;
  const step = negotiate(work.negotiation, input);
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
    case "settled":
      if (!effect.isRestarted) break;
      // Browsers may stay `connected` all through a restart, and then say nothing when it is done.
      if (work.connection === "connected") work.help = "none";
      else {
        work.patientUntil = work.now + recoveryTimes.candidatesMs;
        if (work.help === "restarted") {
          work.help = "met";
          work.helpAt = work.now + recoveryTimes.restartMs;
        }
      }
      break;
    case "violation":
    case "rebuild":
    case "close":
      asked[effect.kind](work, effect.reason);
      break;
    default:
      effects.push(effect);
  }
}

function signalled(work: Work, signal: LinkSignal): void {
  if (signal.generation < work.generation) return;
  // A page may give up connections before it has said a word on them, but no more than these without one that connects.
  if (signal.generation > work.generation + linkLimits.fruitlessRebuilds) {
    violated(work, "generation");
    return;
  }
  if (signal.generation > work.generation) rebuild(work, "the other side", signal.generation);
  if (work.status.state === "closed" || signal.type === "rebuild") return;
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
  } else if (state === "disconnected") work.helpAt ??= work.now + recoveryTimes.disconnectedMs;
  else if (state === "failed") help(work);
}

/** The next rung: restart, rebuild, close. */
function help(work: Work): void {
  const { connection, help: given } = work;
  work.helpAt = undefined;
  if (connection === "connected") return;
  if (work.now < work.patientUntil) work.helpAt = work.patientUntil;
  else if (given === "none") restart(work, connection);
  else if (given === "rebuilt") close(work, "failed");
  // A restart that is not answered: the other page is away, and a new connection would reach it no sooner.
  else if (given === "met") rebuild(work, connection);
}

function restart(work: Work, reason: string): void {
  if (revive(work, reason)) return;
  work.help = "restarted";
  work.helpAt = undefined;
  log(work, "restart", reason);
  work.effects.push({ kind: "restart-ice" });
  if (work.connection !== "connected") recover(work, reason);
}

/** `told`: the generation that the other side has begun already; without it we begin one, and tell. */
function rebuild(work: Work, reason: string, told?: number): void {
  if (++work.rebuilds > linkLimits.fruitlessRebuilds) {
    close(work, "failed");
    return;
  }
  if (work.status.state === "closed") recover(work, reason);
  const generation = told ?? work.generation + 1;
  work.generation = generation;
  work.negotiation = negotiation(work.rules);
  work.connection = "new";
  work.help = "rebuilt";
  work.helpAt = undefined;
  log(work, "rebuild", reason);
  build(work);
  // The one who makes first offers tells by its offer.
  if (told === undefined && !work.rules.makesFirstOffer)
    work.effects.push({
      kind: "send",
      signal: { type: "rebuild", generation, reason: reason.slice(0, 100) },
    });
  recover(work, reason);
}

function build(work: Work): void {
  work.effects.push({ kind: "build", generation: work.generation });
  if (work.rules.makesFirstOffer) inNegotiation(work, { kind: "needed" });
}
