import type {
  ClientFrame,
  Hello,
  Notice,
  PeerId,
  Refusal,
  RosterEntry,
  Said,
  Say,
  ServerFrame,
  Welcome,
  Whispered,
} from "@parlour/protocol";
import { show } from "./heard.ts";
import { type Roster, type RosterEffect, seat, seatAll, unseat } from "./roster.ts";

/*
 * A page's place at the signaling server, through all the connections it takes.
 *
 *   connecting ──opened──▶ greeting ──────welcome──────▶ live
 *       ▲  │                │  │  └──waiting──▶ knocking ──▲ │
 *       │  └──────lost──────┤  └─seat-taken─▶ renewing ──renewed──▶ connecting
 *       │                   ▼                     │          │
 *       └───time, wake── waiting ◀───────lost─────┴──────────┘
 *   any ──leave, a refusal for good, out of tries before the first welcome──▶ left
 *
 * There is no "closing": what ends a connection ends it here at once, and the socket's own goodbye is nobody's concern.
 * "recovering" is not a stage but every stage but live and left, once there was a welcome.
 */

/** What `hello` says of this page, apart from what the session itself knows. */
export type Introduction = Omit<Hello, "type" | "token" | "since">;

type Stage =
  /** `knocking`: the host is being asked, and the server is heard of until then. */
  | { readonly at: "connecting" | "greeting" | "waiting" | "knocking"; readonly until: number }
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
  /** No new try to join after this; only before the first welcome, and not once the host is being asked. */
  readonly joinUntil: number;
  /** Why the last try failed, as the server said. */
  readonly refusal: Refusal | undefined;
  /** When it may be guessed again that the network is another, and for how long not after that. */
  readonly guess?: { readonly notBefore: number; readonly holdMs: number };
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
  /** The page is looked at again, or a link is lost: don't wait. */
  | { readonly type: "wake" }
  /** The network is another: whatever connection there was is none any more. */
  | { readonly type: "network" }
  /** The page's clock jumped: its machine slept, or had no time for it. */
  | { readonly type: "slept" }
  /** The page is put away, and may come back (`wake`). */
  | { readonly type: "hide" }
  | { readonly type: "renewed"; readonly introduction: Introduction }
  | { readonly type: "say"; readonly id: string; readonly text: string; readonly to?: PeerId | undefined }
  /** The other half of this could not be had, which an input needs. */
  | { readonly type: "helpless" }
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
  | { readonly type: "said"; readonly entry: Said | Whispered; readonly isHistory: boolean }
  /** As the server says it: the ways to others or the room are another, somebody knocks or no longer does, this page is asked for something; or it has to wait. */
  | Extract<
      ServerFrame,
      { type: "ice-servers" | "room" | "knocking" | "knock-ended" | "asked" | "done" | "waiting" }
    >
  | Notice
  | { readonly type: "say-accepted"; readonly id: string; readonly at: number }
  | { readonly type: "say-refused"; readonly id: string; readonly refusal: Refusal }
  /** A frame of ours that was no `say` was not taken. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly ref: string | undefined }
  /** Links start ICE again. */
  | { readonly type: "network" }
  | { readonly type: "recovering"; readonly refusal?: Refusal | undefined }
  | { readonly type: "live" }
  /** The end. `refusal` is undefined when this page left by itself; `unreachable` when no server answered in time. */
  | { readonly type: "ended"; readonly refusal: Refusal | "left" | "unreachable" };

export interface SessionStep {
  readonly session: Session;
  readonly effects: readonly SessionEffect[];
}

/** One try to connect may take this long, and so may the answer to `hello`. */
export const tryMs = 8_000;
/** Before the first welcome: tries start for this long. */
const joinMs = 10_000;
/** Nothing heard for this long: ask. The server asks every 5 s, so this is no honest silence. */
export const quietMs = 15_000;

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

/** One step in the making: a copy that its functions change, and what is to be done. */
export type Work = { -readonly [K in keyof Session]: Session[K] } & {
  readonly effects: SessionEffect[];
  readonly now: number;
  readonly chance: number;
};

/** The half that a join without trouble does not run (decision 16): `further.ts`. Takes what the first half left. */
export type Further = (work: Work, input: SessionInput) => void;

/**
 * Takes one input. `chance` is in [0, 1) and spreads out the tries of many pages. Undefined when it takes the other half, and that is not
 * given: nothing has changed then, and the input waits, with all that follow it but `leave` and `helpless`.
 */
export function session(
  before: Session,
  input: SessionInput,
  now: number,
  chance: number,
  further: Further | undefined,
): SessionStep | undefined {
  const work: Work = { ...before, effects: [], now, chance };
  if (before.stage.at !== "left" && take(work, input)) {
    if (!further) return undefined;
    further(work, input);
  }
  const { effects, now: _now, chance: _chance, ...session } = work;
  return { session, effects };
}

/** True when there is more to it. */
function take(work: Work, input: SessionInput): boolean {
  const { stage, now } = work;
  switch (input.type) {
    case "opened":
      if (stage.at !== "connecting") break;
      work.stage = { at: "greeting", until: now + tryMs };
      send(work, {
        type: "hello",
        ...work.introduction,
        ...(work.token !== undefined && { token: work.token }),
        ...(work.mark !== undefined && { since: work.mark }),
      });
      break;
    case "frame":
    case "heard":
      if (stage.at === "live") work.stage = { at: "live", heardAt: now };
      if (stage.at === "knocking") work.stage = { ...stage, until: now + quietMs };
      return input.type === "frame" && receive(work, input.frame);
    case "helpless":
      if (!work.me && now >= work.joinUntil) end(work, work.refusal ?? "unreachable");
      break;
    case "leave":
      if (stage.at === "live") send(work, { type: "leave" });
      end(work, "left");
      break;
    default:
      return true;
  }
  return false;
}

export function send(work: Work, frame: ClientFrame): void {
  work.effects.push({ type: "send", frame });
}

export function end(work: Work, refusal: Refusal | "left" | "unreachable"): void {
  work.stage = { at: "left" };
  work.effects.push({ type: "disconnect", why: "silent" }, { type: "ended", refusal });
}

/** True when there is more to it. */
function receive(work: Work, frame: ServerFrame): boolean {
  const { me, stage } = work;
  const isLive = stage.at === "live";
  if (frame.type === "ping") send(work, { type: "pong" });
  else if (frame.type === "welcome") {
    if (stage.at === "greeting" || stage.at === "knocking") welcomed(work, frame);
  } else if (isLive && (frame.type === "joined" || frame.type === "changed") && frame.peer.id !== me?.id)
    seat(work, frame.peer);
  else if (isLive && frame.type === "left") unseat(work, frame.id, frame.reason);
  else if (isLive && (frame.type === "said" || frame.type === "notice")) show(work, frame, false);
  else return true;
  return false;
}

/** The whole present state: what differs from what was known is told as if it had just happened. */
function welcomed(work: Work, welcome: Welcome): void {
  const { me, effects } = work;
  const { you } = welcome;
  const isNewSeat = me !== undefined && (me.id !== you.id || me.number !== you.number);
  effects.push({ type: "welcome", welcome, isFirst: !me, isNewSeat });
  seatAll(work, welcome.peers, me !== undefined);
  work.stage = { at: "live", heardAt: work.now };
  work.token = welcome.token;
  work.me = you;
  work.mayRecount = !welcome.resumed;
  work.tries = 0;
  work.refusal = undefined;
  for (const entry of welcome.history) show(work, entry, true);
  effects.push({ type: "live" });
  for (const say of work.unacknowledged) send(work, say);
}
