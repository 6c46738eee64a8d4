import type { Refusal, Say, ServerFrame } from "@parlour/protocol";
import { delayBefore } from "./delay.ts";
import { show } from "./heard.ts";
import {
  end,
  nextDeadline,
  quietMs,
  type Session,
  type SessionInput,
  send,
  tryMs,
  type Work,
} from "./session.ts";
import { whisper } from "./whisper.ts";

/*
 * The other half of a session: everything but coming in and hearing of others. It may be loaded later (decision 16), and goes on with
 * what the first half made of an input.
 */

type Stage = Session["stage"];

const probeMs = 5_000;
/** A try that hangs for this long is given up on waking. */
const hungMs = 2_000;
/** After a wake the doubt is greater: the connection may have died in its sleep. */
const wakeProbeMs = 2_500;
/** When there is doubt again, an answer that has taken longer than this is not waited for. */
const overdueMs = 200;
/**
 * That the network is another is guessed so rarely: it has all links start ICE again at once, which is work. A page that is short of time for
 * what it does would guess that again and again, each time for want of the time that the last one took. What the browser says is no guess.
 */
const guessHoldMs = 20_000;
/** Doubled each time, up to this, and from the start again after so long without. */
const mostGuessHoldMs = 320_000;
const forgetMs = 300_000;
/** Says that may wait for the server to come back. */
export const unacknowledgedMost = 64;

// Ends that say nothing against this page. `replaced` comes when an older connection of this very page got its hello
// through late (no other page has its epoch), or when another page took the seat over while this one hung: coming back
// then gets the seat, or one of its own by way of `seat-taken`.
const passing: readonly string[] = ["draining", "timeout", "internal", "too-slow", "too-many", "replaced"];

/** Takes what the first half does not; see `session`. */
export function further(work: Work, input: SessionInput): void {
  const { stage, now } = work;
  switch (input.type) {
    case "frame":
      receive(work, input.frame);
      break;
    case "lost":
      if (stage.at !== "waiting" && stage.at !== "renewing") lose(work);
      break;
    case "time":
      if (now < (nextDeadline(work) ?? Infinity)) break;
      if (stage.at === "waiting") connect(work);
      else if (stage.at === "live" && stage.probeUntil === undefined) probe(work, stage, probeMs);
      else lose(work);
      break;
    case "wake":
      // A try that hangs may be on a network that is no more.
      if (stage.at === "waiting" || (stage.at === "connecting" && stage.until < now + tryMs - hungMs))
        connect(work);
      // Without a question under way nothing is late.
      else if (stage.at === "live")
        if ((stage.probeUntil as number) - now < wakeProbeMs - overdueMs && mayGuess(work))
          further(work, { type: "network" });
        else probe(work, stage, wakeProbeMs);
      break;
    case "slept":
      further(work, { type: mayGuess(work) ? "network" : "wake" });
      break;
    case "network":
      work.effects.push(input);
      if (stage.at === "live") work.effects.push({ type: "recovering" });
      if (stage.at !== "renewing") connect(work);
      break;
    case "hide":
      if (stage.at !== "renewing") wait(work, Infinity, "page");
      break;
    case "renewed":
      if (stage.at !== "renewing") break;
      work.introduction = input.introduction;
      work.tries++;
      connect(work);
      break;
    case "say": {
      const { id, text, to } = input;
      const say: Say = { type: "say", id, text, ...(to && { to }) };
      work.unacknowledged = [...work.unacknowledged, say];
      if (stage.at === "live") send(work, say);
    }
  }
}

function mayGuess(work: Work): boolean {
  const { now, guess = { notBefore: -Infinity, holdMs: guessHoldMs } } = work;
  if (now < guess.notBefore) return false;
  const holdMs = now > guess.notBefore + forgetMs ? guessHoldMs : guess.holdMs;
  work.guess = { notBefore: now + holdMs, holdMs: Math.min(2 * holdMs, mostGuessHoldMs) };
  return true;
}

function connect(work: Work): void {
  // The last try before giving up gets two seconds at least.
  const most = work.me ? tryMs : Math.max(hungMs, work.joinUntil - work.now);
  work.stage = { at: "connecting", until: work.now + Math.min(tryMs, most) };
  work.effects.push({ type: "connect" });
}

/** Asks for a sign of life; where that is under way, again, and no longer. */
function probe(work: Work, stage: Extract<Stage, { at: "live" }>, ms: number): void {
  work.stage = { probeUntil: work.now + ms, ...stage };
  send(work, { type: "ping" });
}

function wait(work: Work, until: number, why: "silent" | "page", refusal?: Refusal): void {
  const wasLive = work.stage.at === "live";
  work.stage = { at: "waiting", until };
  work.effects.push({ type: "disconnect", why });
  if (wasLive) work.effects.push({ type: "recovering", refusal });
}

/** This connection came to nothing; there will be another, unless this page never came in and has tried enough. */
function lose(work: Work, refusal?: Refusal, askedMs?: number): void {
  const until = work.now + delayBefore(work.tries, work.chance, askedMs);
  work.refusal = refusal ?? work.refusal;
  work.tries++;
  if (work.me || until <= work.joinUntil) wait(work, until, "silent", refusal);
  else end(work, work.refusal ?? "unreachable");
}

function receive(work: Work, frame: ServerFrame): void {
  const { me, effects, stage } = work;
  if (frame.type === "closing" || frame.type === "refused") refused(work, frame);
  else if (frame.type === "waiting" && stage.at === "greeting") {
    work.stage = { at: "knocking", until: work.now + quietMs };
    // Whoever was told to wait waits for as long as the host takes.
    work.joinUntil = Infinity;
    work.tries = 0;
    effects.push(frame);
  } else if (stage.at === "live" && me)
    switch (frame.type) {
      case "joined":
      case "changed": {
        // Who handed over must not take the room back on the next connection.
        const { hostToken, ...introduction } = work.introduction;
        if (me.role === "host" && frame.peer.role === "member") work.introduction = introduction;
        work.me = frame.peer;
        effects.push({ type: "self", me: frame.peer });
        break;
      }
      case "ice-servers":
      case "room":
      case "knocking":
      case "knock-ended":
      case "asked":
      case "done":
        effects.push(frame);
        break;
      case "whispered":
        whisper(work, frame, me.id);
        break;
      case "accepted": {
        const say = work.unacknowledged.find(({ id }) => id === frame.id);
        const { id, name = "", country } = me;
        if (say)
          show(work, { ...say, ...frame, type: "said", from: id, name, ...(country && { country }) }, false);
      }
    }
}

/** The server does not want this page, now or ever, or something that it said. */
function refused(work: Work, frame: ServerFrame & { type: "closing" | "refused" }): void {
  const { code, detail, hint } = frame;
  const refusal = { code, detail, hint };
  if (frame.type === "refused" && work.stage.at !== "greeting") {
    const rest = work.unacknowledged.filter(({ id }) => id !== frame.ref);
    const isSay = rest.length < work.unacknowledged.length;
    work.unacknowledged = rest;
    work.effects.push(
      isSay
        ? { type: "say-refused", id: frame.ref as string, refusal }
        : { type: "refused", refusal, ref: frame.ref },
    );
  } else if (code === "seat-taken" && work.tries < 8) {
    work.token = undefined;
    work.stage = { at: "renewing" };
    work.effects.push({ type: "disconnect", why: "silent" }, { type: "renew" });
  } else if (passing.includes(code)) lose(work, refusal, "retryAfterMs" in frame ? frame.retryAfterMs : 0);
  else end(work, refusal);
}
