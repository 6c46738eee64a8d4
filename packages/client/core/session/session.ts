import type {
  ClientFrame,
  Hello,
  Refusal,
  RosterEntry,
  Said,
  Say,
  ServerFrame,
  Welcome,
} from "@parlour/protocol";
import { delayBefore } from "./delay.ts";
import { type Roster, type RosterEffect, replaced, seated, unseated } from "./roster.ts";

/*
 * A page's place at the signaling server, through all the connections it takes.
 *
 *   connecting ──opened──▶ greeting ──welcome──▶ live
 *       ▲  │                  │  │                │
 *       │  └─────lost─────────┤  └─seat-taken─▶ renewing ──renewed──▶ connecting
 *       │                     ▼                   │
 *       └───time, wake─── waiting ◀──────lost─────┘
 *   any ──leave, a refusal for good, out of tries before the first welcome──▶ left
 *
 * There is no "closing": what ends a connection ends it here at once, and the socket's own goodbye is nobody's concern.
 * "recovering" is not a stage but every stage but live and left, once there was a welcome.
 */

/** What `hello` says of this page, apart from what the session itself knows. */
export type Introduction = Omit<Hello, "type" | "token" | "since">;

type Stage =
  | { readonly at: "connecting" | "greeting" | "waiting"; readonly until: number }
  /** `probeUntil`: a ping was sent and something must be heard by then. */
  | { readonly at: "live"; readonly heardAt: number; readonly probeUntil?: number }
  /** The seat is in use by another page; this one makes itself another identity. */
  | { readonly at: "renewing" }
  | { readonly at: "left" };

export interface Session {
  readonly stage: Stage;
  readonly introduction: Introduction;
  readonly token: string | undefined;
  /** This page's own seat; undefined before the first welcome. */
  readonly me: RosterEntry | undefined;
  readonly roster: Roster;
  /** Said here and not yet acknowledged, oldest first. */
  readonly unacknowledged: readonly Say[];
  /** The last history entry shown. */
  readonly mark: number | undefined;
  /** The seat had run out: the room may be another one of the same name, which counts its entries from the start. */
  readonly mayRecount: boolean;
  /** Tries since the last welcome. */
  readonly tries: number;
  /** No new try to join after this; only before the first welcome. */
  readonly joinUntil: number;
  /** Why the last try failed, as the server said. */
  readonly refusal: Refusal | undefined;
}

export type SessionInput =
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly frame: ServerFrame }
  /** Something else was heard: a signal, or a frame from a later version. */
  | { readonly type: "heard" }
  /** The connection is gone, or could not be made. */
  | { readonly type: "lost" }
  /** `nextDeadline` is reached. */
  | { readonly type: "time" }
  /** The network is back, the page is looked at again: don't wait. */
  | { readonly type: "wake" }
  /** The page is put away, and may come back (`wake`). */
  | { readonly type: "hide" }
  | { readonly type: "renewed"; readonly introduction: Introduction }
  | { readonly type: "say"; readonly id: string; readonly text: string }
  | { readonly type: "leave" };

export type SessionEffect =
  | RosterEffect
  /** Makes a connection; one that is still there is dropped. */
  | { readonly type: "connect" }
  /** Drops the connection: without a word, or as a page that closes. */
  | { readonly type: "disconnect"; readonly why: "silent" | "page" }
  | { readonly type: "send"; readonly frame: ClientFrame }
  /** Forget token and keys, make others, and input `renewed`. */
  | { readonly type: "renew" }
  /** `isNewSeat`: id or number are others than before, so nobody has a link to this page any more. */
  | {
      readonly type: "welcome";
      readonly welcome: Welcome;
      readonly isFirst: boolean;
      readonly isNewSeat: boolean;
    }
  | { readonly type: "self"; readonly me: RosterEntry }
  | { readonly type: "said"; readonly entry: Said; readonly isHistory: boolean }
  | {
      readonly type: "notice";
      readonly event: string;
      readonly name?: string;
      readonly text: string;
      readonly at: number;
    }
  | { readonly type: "say-accepted"; readonly id: string; readonly at: number }
  | { readonly type: "say-refused"; readonly id: string; readonly refusal: Refusal }
  /** A frame of ours that was no `say` was not taken. */
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "recovering"; readonly refusal: Refusal | undefined }
  | { readonly type: "live" }
  /** The end. `refusal` is undefined when this page left by itself; `unreachable` when no server answered in time. */
  | { readonly type: "ended"; readonly refusal: Refusal | "left" | "unreachable" };

export interface SessionStep {
  readonly session: Session;
  readonly effects: readonly SessionEffect[];
}

/** One try to connect may take this long, and so may the answer to `hello`. */
const tryMs = 8_000;
/** Before the first welcome: tries start for this long. */
const joinMs = 10_000;
/** Nothing heard for this long: ask. The server asks every 5 s, so this is no honest silence. */
export const quietMs = 15_000;
const probeMs = 5_000;
/** After a wake the doubt is greater: the connection may have died in its sleep. */
const wakeProbeMs = 2_500;
/** Says that may wait for the server to come back. */
export const unacknowledgedMost = 64;

// Ends that say nothing against this page. `replaced` comes when an older connection of this very page got its hello
// through late (no other page has its epoch), or when another page took the seat over while this one hung: coming back
// then gets the seat, or one of its own by way of `seat-taken`.
const passing: readonly string[] = ["draining", "timeout", "internal", "too-slow", "too-many", "replaced"];

/** A session at its start, and what to do first. */
export function startSession(
  introduction: Introduction,
  token: string | undefined,
  now: number,
): SessionStep {
  return {
    session: {
      stage: { at: "connecting", until: now + tryMs },
      introduction,
      token,
      me: undefined,
      roster: new Map(),
      unacknowledged: [],
      mark: undefined,
      mayRecount: false,
      tries: 0,
      joinUntil: now + joinMs,
      refusal: undefined,
    },
    effects: [{ type: "connect" }],
  };
}

/** When `time` must be the input; undefined when there is nothing to wait for. */
export function nextDeadline({ stage }: Session): number | undefined {
  if (stage.at === "live") return stage.probeUntil ?? stage.heardAt + quietMs;
  return "until" in stage && Number.isFinite(stage.until) ? stage.until : undefined;
}

/** Takes one input. `chance` is in [0, 1) and spreads out the tries of many pages. */
export function session(before: Session, input: SessionInput, now: number, chance: number): SessionStep {
  const { stage } = before;
  if (stage.at === "left") return { session: before, effects: [] };
  switch (input.type) {
    case "opened":
      if (stage.at !== "connecting") break;
      return step({ ...before, stage: { at: "greeting", until: now + tryMs } }, [
        { type: "send", frame: helloOf(before) },
      ]);
    case "frame":
      return frame(heard(before, now), input.frame, now, chance);
    case "heard":
      return step(heard(before, now));
    case "lost":
      if (stage.at === "waiting" || stage.at === "renewing") break;
      return lose(before, now, chance);
    case "time":
      if (now < (nextDeadline(before) ?? Number.POSITIVE_INFINITY)) break;
      if (stage.at === "waiting") return connect(before, now);
      if (stage.at === "live" && stage.probeUntil === undefined) return probe(before, now + probeMs);
      return lose(before, now, chance);
    case "wake":
      if (stage.at === "waiting") return connect(before, now);
      // A try that hangs may be on a network that is no more.
      if (stage.at === "connecting" && stage.until < now + tryMs - 2_000) return connect(before, now);
      if (stage.at === "live" && now - stage.heardAt > 1_000) return probe(before, now + wakeProbeMs);
      break;
    case "hide":
      if (stage.at === "renewing") break;
      return step({ ...before, stage: { at: "waiting", until: Number.POSITIVE_INFINITY } }, [
        { type: "disconnect", why: "page" },
        ...(stage.at === "live" ? [{ type: "recovering", refusal: undefined } as const] : []),
      ]);
    case "renewed":
      if (stage.at !== "renewing") break;
      return connect({ ...before, introduction: input.introduction, tries: before.tries + 1 }, now);
    case "say": {
      const say: Say = { type: "say", id: input.id, text: input.text };
      return step(
        { ...before, unacknowledged: [...before.unacknowledged, say] },
        stage.at === "live" ? [{ type: "send", frame: say }] : [],
      );
    }
    case "leave":
      return step({ ...before, stage: { at: "left" } }, [
        ...(stage.at === "live" ? [{ type: "send", frame: { type: "leave" } } as const] : []),
        { type: "disconnect", why: "silent" },
        { type: "ended", refusal: "left" },
      ]);
  }
  return step(before);
}

function step(next: Session, effects: readonly SessionEffect[] = []): SessionStep {
  return { session: next, effects };
}

function helloOf({ introduction, token, mark }: Session): Hello {
  return {
    type: "hello",
    ...introduction,
    ...(token === undefined ? {} : { token }),
    ...(mark === undefined ? {} : { since: mark }),
  };
}

function heard(before: Session, now: number): Session {
  return before.stage.at === "live" ? { ...before, stage: { at: "live", heardAt: now } } : before;
}

function connect(before: Session, now: number): SessionStep {
  // The last try before giving up gets two seconds at least.
  const most = before.me === undefined ? Math.max(2_000, before.joinUntil - now) : tryMs;
  return step({ ...before, stage: { at: "connecting", until: now + Math.min(tryMs, most) } }, [
    { type: "connect" },
  ]);
}

function probe(before: Session, probeUntil: number): SessionStep {
  const { stage } = before;
  if (stage.at !== "live" || stage.probeUntil !== undefined) return step(before);
  return step({ ...before, stage: { ...stage, probeUntil } }, [{ type: "send", frame: { type: "ping" } }]);
}

/** This connection came to nothing; there will be another, unless this page never came in and has tried enough. */
function lose(
  before: Session,
  now: number,
  chance: number,
  refusal?: Refusal,
  askedMs?: number,
): SessionStep {
  const until = now + delayBefore(before.tries, chance, askedMs);
  const why = refusal ?? before.refusal;
  if (before.me === undefined && until > before.joinUntil) return end(before, why ?? "unreachable");
  return step({ ...before, refusal: why, tries: before.tries + 1, stage: { at: "waiting", until } }, [
    { type: "disconnect", why: "silent" },
    ...(before.stage.at === "live" ? [{ type: "recovering", refusal } as const] : []),
  ]);
}

function end(before: Session, refusal: Refusal | "left" | "unreachable"): SessionStep {
  return step({ ...before, stage: { at: "left" } }, [
    { type: "disconnect", why: "silent" },
    { type: "ended", refusal },
  ]);
}

function frame(before: Session, frame: ServerFrame, now: number, chance: number): SessionStep {
  const isLive = before.stage.at === "live";
  switch (frame.type) {
    case "welcome":
      return before.stage.at === "greeting" ? welcome(before, frame, now) : step(before);
    case "closing":
    case "refused": {
      const { code, detail, hint } = frame;
      const refusal = { code, detail, hint };
      if (frame.type === "closing") return refuse(before, refusal, now, chance, frame.retryAfterMs);
      if (before.stage.at === "greeting") return refuse(before, refusal, now, chance);
      return refusedSay(before, refusal, frame.ref);
    }
    case "ping":
      return step(before, [{ type: "send", frame: { type: "pong" } }]);
    case "pong":
      return step(before);
  }
  if (!isLive) return step(before);
  switch (frame.type) {
    case "joined":
    case "changed": {
      if (frame.peer.id === before.me?.id) {
        return step({ ...before, me: frame.peer }, [{ type: "self", me: frame.peer }]);
      }
      const { roster, effects } = seated(before.roster, frame.peer);
      return step({ ...before, roster }, effects);
    }
    case "left": {
      const { roster, effects } = unseated(before.roster, frame.id, frame.reason);
      return step({ ...before, roster }, effects);
    }
    case "said":
    case "notice":
      return shown(before, frame, false);
    case "accepted": {
      const say = before.unacknowledged.find(({ id }) => id === frame.id);
      if (say === undefined || before.me === undefined) return step(before);
      const { id, name = "", country } = before.me;
      return shown(
        before,
        {
          type: "said",
          id: say.id,
          text: say.text,
          seq: frame.seq,
          at: frame.at,
          from: id,
          name,
          ...(country && { country }),
        },
        false,
      );
    }
    default:
      return step(before);
  }
}

/** The server does not want this page, now or ever. */
function refuse(
  before: Session,
  refusal: Refusal,
  now: number,
  chance: number,
  askedMs?: number,
): SessionStep {
  const { code } = refusal;
  if (code === "seat-taken" && before.tries < 8) {
    return step({ ...before, token: undefined, stage: { at: "renewing" } }, [
      { type: "disconnect", why: "silent" },
      { type: "renew" },
    ]);
  }
  return passing.includes(code) ? lose(before, now, chance, refusal, askedMs) : end(before, refusal);
}

function refusedSay(before: Session, refusal: Refusal, ref: string | undefined): SessionStep {
  const rest = before.unacknowledged.filter(({ id }) => id !== ref);
  if (rest.length === before.unacknowledged.length) return step(before, [{ type: "refused", refusal }]);
  return step({ ...before, unacknowledged: rest }, [{ type: "say-refused", id: ref as string, refusal }]);
}

/** The whole present state: what differs from what was known is told as if it had just happened. */
function welcome(before: Session, welcome: Welcome, now: number): SessionStep {
  const { you, peers, history } = welcome;
  const isFirst = before.me === undefined;
  const effects: SessionEffect[] = [
    {
      type: "welcome",
      welcome,
      isFirst,
      isNewSeat: !isFirst && (before.me?.id !== you.id || before.me.number !== you.number),
    },
  ];
  const { roster, effects: changes } = replaced(before.roster, peers, !isFirst);
  effects.push(...changes);
  let next: Session = {
    ...before,
    stage: { at: "live", heardAt: now },
    token: welcome.token,
    me: you,
    roster,
    mayRecount: !welcome.resumed,
    tries: 0,
    refusal: undefined,
  };
  for (const entry of history) {
    const step = shown(next, entry, true);
    next = step.session;
    effects.push(...step.effects);
  }
  effects.push({ type: "live" });
  for (const frame of next.unacknowledged) effects.push({ type: "send", frame });
  return { session: next, effects };
}

/** Shows an entry of the room's log, once. */
function shown(before: Session, entry: Welcome["history"][number], isHistory: boolean): SessionStep {
  const rest =
    entry.type === "said" && entry.from === before.me?.id
      ? before.unacknowledged.filter(({ id }) => id !== entry.id)
      : before.unacknowledged;
  const isOwn = rest.length < before.unacknowledged.length;
  const isLater = before.mark === undefined || entry.seq > before.mark;
  // What this page said and never saw is shown whatever its place; so is all that another room of that name says.
  if (!isLater && !isOwn && !before.mayRecount) return step(before);
  const next: Session = {
    ...before,
    unacknowledged: rest,
    mark: isLater || before.mayRecount ? entry.seq : before.mark,
    mayRecount: false,
  };
  if (entry.type === "notice") {
    const { event, name, text, at } = entry;
    return step(next, [{ type: "notice", event, text, at, ...(name !== undefined && { name }) }]);
  }
  return step(next, [
    { type: "said", entry, isHistory },
    ...(isOwn ? [{ type: "say-accepted", id: entry.id, at: entry.at } as const] : []),
  ]);
}
