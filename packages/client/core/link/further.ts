import { build, close, enter, type LinkInput, linkTimes, log, taken, type Work } from "./link.ts";
import { negotiation } from "./negotiation.ts";
import { floor } from "./negotiation-floor.ts";
import { type LinkSignal, linkLimits } from "./signal.ts";

/*
 * The other half of a link: how one that does not work is helped up or replaced. It may be loaded later (decision 16).
 */

export const recoveryTimes = {
  ...linkTimes,
  /** A restart that was met and shows no effect by then is not going to. */
  restartMs: 15_000,
  /** A new connection that was answered has connected by then, or failed, where anything gets through. */
  rebuiltMs: 30_000,
  /** What was given up is tried again after this, and after twice as long each time, */
  againMs: 30_000,
  /** up to this often. */
  againDoublings: 4,
} as const;

type Asked = Extract<LinkInput, { readonly reason: string }>;

/** What the driver, the negotiation or the other side's behaviour may ask for. */
const doors = { violation: violated, restart, rebuild, revive, lost, heard, spent };

function asked(
  work: Work,
  input: LinkInput | { readonly kind: "violation" | "rebuild"; readonly reason: string },
): void {
  if (input.kind === "time") {
    if (work.now < (work.helpAt ?? Infinity)) return;
    if (work.status.state === "closed") revive(work, "time");
    else help(work);
  } else if (input.kind in doors) {
    const { kind, reason } = input as Asked & { readonly kind: keyof typeof doors };
    doors[kind](work, reason);
  }
}

/** One that never connected stays `connecting`. */
function recover(work: Work, reason: string): void {
  if (work.status.state !== "connecting") enter(work, { state: "recovering", reason });
}

/**
 * Something changed here: what was given up is tried again, and what can't be helped is replaced. The other side alone may ask for that
 * only so often.
 */
function revive(work: Work, reason: string): boolean {
  if (work.status.state === "closed") work.rebuilds = 0;
  else if (work.help !== "spent") return false;
  rebuild(work, reason);
  return true;
}

/** Nothing comes over a connection that its browser calls connected. Help comes from elsewhere; people are to know. */
function lost(work: Work, reason: string): void {
  if (work.connection === "connected") recover(work, reason);
}

function heard(work: Work): void {
  if (work.connection === "connected" && work.status.state === "recovering")
    enter(work, { state: "connected" });
}

/** Told only of a link that stood: before that, every browser may begin its handshake again. */
function spent(work: Work, reason: string): void {
  if (work.status.state !== "recovering" || work.help === "spent") return;
  work.help = "spent";
  work.helpAt = undefined;
  log(work, "spent", reason);
}

function giveUp(work: Work): void {
  const { againMs, againDoublings } = recoveryTimes;
  // Else the other side would go on trying, alone, until its own timers end it.
  sayRebuild(work, "closed");
  close(work, "failed");
  work.helpAt = work.now + againMs * 2 ** Math.min(work.givenUp++, againDoublings);
}

function violated(work: Work, reason: string): void {
  if (++work.violations > linkLimits.violations) close(work, "bad-signals");
  else log(work, "bad-signal", reason);
}

/** Offer and answer have met, with new ICE credentials of the other side. */
function restarted(work: Work): void {
  // Browsers may stay `connected` all through a restart, and then say nothing when it is done.
  if (work.connection === "connected") work.help = "none";
  else {
    recover(work, work.connection);
    if (work.help === "restarted") {
      work.help = "met";
      work.helpAt = work.now + recoveryTimes.restartMs;
      // Browsers wait without end for keys where ICE found a way and nothing else gets through.
    } else if (work.help === "rebuilt") work.helpAt = work.now + recoveryTimes.rebuiltMs;
  }
}

/** One that asks for another connection, or comes from another. */
function signalled(work: Work, signal: LinkSignal): void {
  const { type, generation } = signal;
  // A page may give up connections before it has said a word on them, but no more than these without one that connects.
  if (generation > work.generation + linkLimits.fruitlessRebuilds) {
    violated(work, "generation");
    return;
  }
  if (generation > work.generation) rebuild(work, "the other side", generation);
  if (work.status.state === "closed") return;
  if (type === "rebuild") {
    if (signal.reason === "closed" && work.connection !== "connected") giveUp(work);
  } else taken(work, signal);
}

/** The next rung: restart, rebuild, close. */
function help(work: Work): void {
  const { connection, help: given } = work;
  work.helpAt = undefined;
  if (connection === "connected") return;
  // Also when a restart was asked for while it still stood, and nobody answers.
  recover(work, connection);
  if (work.now < work.patientUntil) work.helpAt = work.patientUntil;
  else if (given === "none") restart(work, connection);
  else if (given === "rebuilt") giveUp(work);
  // A restart that is not answered: the other page is away, and a new connection would reach it no sooner.
  else if (given === "met") rebuild(work, connection);
}

function restart(work: Work, reason: string): void {
  if (revive(work, reason)) return;
  work.help = "restarted";
  log(work, "restart", reason);
  work.effects.push({ kind: "restart-ice" });
}

/** `told`: the generation that the other side has begun already; without it we begin one, and tell. */
function rebuild(work: Work, reason: string, told?: number): void {
  if (++work.rebuilds > linkLimits.fruitlessRebuilds) {
    giveUp(work);
    return;
  }
  recover(work, reason);
  const generation = told ?? work.generation + 1;
  work.generation = generation;
  work.negotiation = negotiation(work.rules);
  work.connection = "new";
  work.help = "rebuilt";
  work.helpAt = undefined;
  log(work, "rebuild", reason);
  build(work);
  // The one who makes first offers tells by its offer.
  if (!told && !work.rules.makesFirstOffer) sayRebuild(work, reason);
}

/** With the reason `closed` it asks for nothing: this side gave up the connection of that generation. */
function sayRebuild({ effects, generation }: Work, reason: string): void {
  effects.push({ kind: "send", signal: { type: "rebuild", generation, reason: reason.slice(0, 100) } });
}

/** What `advanceLink` is given when it is there. */
export const linkFurther = { asked, restarted, signalled, failed: help, negotiation: floor };
export type LinkFurther = typeof linkFurther;
