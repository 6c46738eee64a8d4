import {
  type Negotiation,
  type NegotiationEffect,
  type NegotiationInput,
  type NegotiationRules,
  negotiate,
  negotiation,
} from "./negotiation.ts";
import { type Candidate, type Description, type LinkSignal, linkLimits } from "./signal.ts";

/**
 * One link: the connections that follow each other under it, and when one is helped up or replaced.
 *
 * ```
 *  connecting ──▶ connected ◀──▶ recovering
 *      │              │              │
 *      └──────────────┴──────────────┴──▶ closed
 * ```
 * A connection that fails before it ever connected is restarted and replaced within `connecting`. There is no `failed`: what can't
 * be helped ends as `closed`, with a reason.
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
  | { readonly rung: "none" }
  /** ICE restart asked for; `isMet` once both sides' new credentials are known. */
  | { readonly rung: "restarted"; readonly isMet: boolean }
  | { readonly rung: "rebuilt" };

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
  readonly rebuilds: number;
  readonly violations: number;
}

export const recoveryTimes = {
  /** `disconnected` often mends itself (WebRTC 1.0, section 5.6.4). */
  disconnectedMs: 2_000,
  /** A restart that was met and shows no effect by then is not going to. */
  restartMs: 15_000,
} as const;

export type LinkInput =
  | { readonly kind: "begin" }
  /** From the connection of that generation; from an earlier one it changes nothing. */
  | { readonly kind: "negotiation"; readonly generation: number; readonly input: NegotiationInput }
  | { readonly kind: "connection"; readonly generation: number; readonly state: ConnectionState }
  | { readonly kind: "signal"; readonly signal: LinkSignal }
  | { readonly kind: "violation"; readonly reason: string }
  | { readonly kind: "restart"; readonly reason: string }
  | { readonly kind: "rebuild"; readonly reason: string }
  | { readonly kind: "close"; readonly reason: string }
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
    help: { rung: "none" },
    helpAt: undefined,
    rebuilds: 0,
    violations: 0,
  };
}

export function advanceLink(before: LinkMachine, input: LinkInput, now: number): LinkStep {
  if (before.status.state === "closed") return { machine: before, effects: [] };
  switch (input.kind) {
    case "begin":
      return withFirstOffer(before, [{ kind: "build", generation: before.generation }], now);
    case "negotiation":
      if (input.generation !== before.generation) return { machine: before, effects: [] };
      return inNegotiation(before, input.input, now);
    case "connection":
      if (input.generation !== before.generation) return { machine: before, effects: [] };
      return connectionChanged({ ...before, connection: input.state }, now);
    case "signal":
      return signalled(before, input.signal, now);
    case "violation":
      return violated(before, input.reason);
    case "restart":
      return restart(before, input.reason);
    case "rebuild":
      return rebuild(before, before.generation + 1, input.reason, true, now);
    case "close":
      return close(before, input.reason);
    case "time":
      if (before.helpAt === undefined || now < before.helpAt) return { machine: before, effects: [] };
      return help({ ...before, helpAt: undefined }, now);
  }
}

/** The one door between states. */
function enter(machine: LinkMachine, status: LinkStatus): LinkStep {
  if (machine.status.state === status.state) return { machine, effects: [] };
  const detail = "reason" in status ? { detail: status.reason } : {};
  return {
    machine: { ...machine, status },
    effects: [{ kind: "log", event: status.state, ...detail }, { kind: "changed" }],
  };
}

function then(step: LinkStep, next: (machine: LinkMachine) => LinkStep): LinkStep {
  const after = next(step.machine);
  return { machine: after.machine, effects: [...step.effects, ...after.effects] };
}

function close(machine: LinkMachine, reason: string): LinkStep {
  return then(
    { machine: { ...machine, helpAt: undefined }, effects: [{ kind: "release", reason }] },
    (released) => enter(released, { state: "closed", reason }),
  );
}

function violated(before: LinkMachine, reason: string): LinkStep {
  const machine = { ...before, violations: before.violations + 1 };
  if (machine.violations > linkLimits.violations) return close(machine, "bad-signals");
  return { machine, effects: [{ kind: "log", event: "bad-signal", detail: reason }] };
}

function inNegotiation(before: LinkMachine, input: NegotiationInput, now: number): LinkStep {
  const step = negotiate(before.negotiation, input);
  let result: LinkStep = { machine: { ...before, negotiation: step.negotiation }, effects: [] };
  for (const effect of step.effects) {
    if (result.machine.status.state === "closed" || result.machine.generation !== before.generation) break;
    result = then(result, (machine) => fromNegotiation(machine, effect, now));
  }
  return result;
}

function fromNegotiation(machine: LinkMachine, effect: NegotiationEffect, now: number): LinkStep {
  const { generation } = machine;
  switch (effect.kind) {
    case "send-description":
      return {
        machine,
        effects: [{ kind: "send", signal: { type: effect.type, generation, sdp: effect.sdp } }],
      };
    case "send-candidates":
      return { machine, effects: sendCandidates(generation, effect.candidates) };
    case "settled":
      if (machine.help.rung !== "restarted" || !effect.isRestarted) return { machine, effects: [] };
      // Browsers may stay `connected` all through a restart, and then say nothing when it is done.
      if (machine.connection === "connected")
        return { machine: { ...machine, help: { rung: "none" } }, effects: [] };
      return {
        machine: {
          ...machine,
          help: { rung: "restarted", isMet: true },
          helpAt: now + recoveryTimes.restartMs,
        },
        effects: [],
      };
    case "violation":
      return violated(machine, effect.reason);
    case "end":
      return close(machine, effect.reason);
    case "broken":
      return rebuild(machine, machine.generation + 1, `negotiation: ${effect.detail}`, true, now);
    default:
      return { machine, effects: [effect] };
  }
}

function sendCandidates(generation: number, candidates: readonly Candidate[]): LinkEffect[] {
  const effects: LinkEffect[] = [];
  for (let i = 0; i < candidates.length; i += linkLimits.candidatesPerSignal) {
    const some = candidates.slice(i, i + linkLimits.candidatesPerSignal);
    effects.push({ kind: "send", signal: { type: "candidates", generation, candidates: some } });
  }
  return effects;
}

function signalled(before: LinkMachine, signal: LinkSignal, now: number): LinkStep {
  if (signal.generation < before.generation) return { machine: before, effects: [] };
  // A page may give up connections before it has said a word on them, but no more than these without one that connects.
  if (signal.generation > before.generation + linkLimits.fruitlessRebuilds)
    return violated(before, "generation");
  const isNew = signal.generation > before.generation;
  const reason = signal.type === "rebuild" ? signal.reason : "the other side";
  const caughtUp: LinkStep = isNew
    ? rebuild(before, signal.generation, reason, false, now)
    : { machine: before, effects: [] };
  return then(caughtUp, (machine) => {
    if (machine.status.state === "closed" || signal.type === "rebuild") return { machine, effects: [] };
    const input: NegotiationInput =
      signal.type === "candidates"
        ? { kind: "candidates", candidates: signal.candidates }
        : { kind: "description", description: signal };
    return inNegotiation(machine, input, now);
  });
}

function connectionChanged(machine: LinkMachine, now: number): LinkStep {
  switch (machine.connection) {
    case "connected":
      return enter(
        { ...machine, help: { rung: "none" }, helpAt: undefined, rebuilds: 0 },
        { state: "connected" },
      );
    case "disconnected":
      return {
        machine: { ...machine, helpAt: machine.helpAt ?? now + recoveryTimes.disconnectedMs },
        effects: [{ kind: "log", event: "disconnected" }],
      };
    case "failed":
      return help(machine, now);
    default:
      return { machine, effects: [] };
  }
}

/** The next rung: restart, rebuild, close. */
function help(machine: LinkMachine, now: number): LinkStep {
  const { connection, help: given } = machine;
  if (connection === "connected") return { machine, effects: [] };
  if (given.rung === "none") return restart(machine, connection);
  if (given.rung === "rebuilt") return close(machine, "failed");
  // The restart is not answered: the other page is away, and a new connection would reach it no sooner.
  if (!given.isMet) return { machine, effects: [] };
  return rebuild(machine, machine.generation + 1, connection, true, now);
}

function restart(before: LinkMachine, reason: string): LinkStep {
  const machine: LinkMachine = { ...before, help: { rung: "restarted", isMet: false }, helpAt: undefined };
  const effects: LinkEffect[] = [{ kind: "log", event: "restart", detail: reason }, { kind: "restart-ice" }];
  if (machine.connection === "connected" || machine.status.state !== "connected") return { machine, effects };
  return then({ machine, effects }, (restarted) => enter(restarted, { state: "recovering", reason }));
}

/** `isOwn`: the other side does not know yet. */
function rebuild(
  before: LinkMachine,
  generation: number,
  reason: string,
  isOwn: boolean,
  now: number,
): LinkStep {
  const rebuilds = before.rebuilds + 1;
  if (rebuilds > linkLimits.fruitlessRebuilds) return close(before, "failed");
  const machine: LinkMachine = {
    ...before,
    generation,
    negotiation: negotiation(before.rules),
    connection: "new",
    help: { rung: "rebuilt" },
    helpAt: undefined,
    rebuilds,
  };
  const effects: LinkEffect[] = [
    { kind: "log", event: "rebuild", detail: reason },
    { kind: "build", generation },
  ];
  // The one who makes first offers tells by its offer.
  if (isOwn && !before.rules.makesFirstOffer)
    effects.push({ kind: "send", signal: { type: "rebuild", generation, reason: reason.slice(0, 100) } });
  return then(withFirstOffer(machine, effects, now), (built) =>
    built.status.state === "connected"
      ? enter(built, { state: "recovering", reason })
      : { machine: built, effects: [] },
  );
}

function withFirstOffer(machine: LinkMachine, effects: readonly LinkEffect[], now: number): LinkStep {
  if (!machine.rules.makesFirstOffer) return { machine, effects };
  return then({ machine, effects }, (built) => inNegotiation(built, { kind: "needed" }, now));
}
