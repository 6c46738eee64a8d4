/**
 * Whether anything still comes in over a connection that its browser calls connected: long before the browser says that it is not,
 * since it waits for answers to its own checks, which go out every few seconds (RFC 7675; six seconds until `disconnected`, in most).
 * And where it never says so, because checks are answered and nothing else comes.
 *
 * ```
 *               nothing new               nothing, asked often enough
 *   hearing ──────────────────▶ asking ──────────────────────────────▶ silent: restart, then lost, then another connection
 *      ▲                          │                                      │
 *      └───── something came ─────┴──────────────────────────────────────┘
 * ```
 * What counts is what belongs to the connection itself: media, their reports, messages and what acknowledges them. Checks of ICE and
 * their answers don't: they go their own way, and are answered by a browser whose connection sends nothing any more.
 *
 * Asking makes the other side's transport answer by itself, whatever its page does: a page that is frozen or hidden is not silent,
 * and neither is one that is muted. A restart for nothing does no harm, and comes rarely. A new connection does harm where nothing
 * was wrong, so it takes more: a restart that was answered and brought nothing, and checks that are answered all the same. Where those
 * are not either, the browser says `disconnected` soon, and the link goes its own way.
 */
export type Hearing =
  /** `looks`: how many in a row found something new. */
  | { readonly is: "hearing"; readonly looks: number }
  /** `asked`: how often. `isSteady`: until now something came all the time. */
  | { readonly is: "asking"; readonly asked: number; readonly late: number; readonly isSteady: boolean }
  /** `isHelped`: it had its restart. `isLost`: people know. */
  | {
      readonly is: "silent";
      readonly since: number;
      readonly isHelped: boolean;
      readonly isLost: boolean;
      /** Once the restart was answered, */
      readonly met?: Met;
    };

interface Met {
  /** when that was seen, */
  readonly at: number;
  /** what checks had come by then, */
  readonly checks: number;
  /** and how many looks found nothing since. */
  readonly looks: number;
}

/** When something may be done again: it is done ever more rarely. */
interface Hold {
  /** Not before that, */
  readonly notBefore: number;
  /** and after the next time not for so long. */
  readonly holdMs: number;
}

export interface Ear {
  readonly hearing: Hearing;
  /** What had come in at the last look, in any unit that only grows. */
  readonly count: number;
  /** When the next look is due. */
  readonly dueAt: number;
  readonly restart: Hold;
  /** For a new connection; it outlives the one that there is. */
  readonly rebuild: Hold;
}

export const silenceTimes = {
  /** Between two looks, while something comes in. */
  everyMs: 400,
  /** and after a question that was answered: little comes here. */
  sparseMs: 1_000,
  /** With more connections in this page than this each is looked at as much more rarely: so they cost no more together, and one of them is looked at as soon. */
  crowd: 8,
  /** So long after a round trip the answer has come: a transport may hold its acknowledgement back for 200 ms (RFC 9260, section 6.2). */
  answerMs: 250,
  /** A look that comes later than this says little: this machine is busy, or this page is hidden and its timers are slow. */
  lateMs: 250,
  /** Between two restarts, doubled each time, */
  holdMs: 10_000,
  mostHoldMs: 160_000,
  /** and from the start again after so long without. */
  forgetMs: 300_000,
  /** Silence of so long is one that people are told of. */
  lostMs: 2_500,
  /** So long after an answered restart something has come, also where a transport asks again after three seconds only. */
  deafMs: 5_000,
  /** Between two new connections, doubled each time as well. */
  rebuildHoldMs: 30_000,
  mostRebuildHoldMs: 480_000,
} as const;

/** Where something came at each of so many looks, it comes all the time. */
const steadyLooks = 4;
/** Where it does, so many questions without an answer are enough; else a lost packet could be all there is to it. */
const enough = { steady: 2, sparse: 5 } as const;
/** So many late looks are not counted. */
const mostLate = 3;
/** Who looks that late stood still, or nearly so, and what came meanwhile is only now read. */
const stalledMs = 2_000;
/** A round trip is taken for no longer than this. */
const mostRoundTripMs = 2_000;
/** So many looks find nothing before a connection is replaced: time alone passes while a machine sleeps, too. */
const deafLooks = 8;

export interface Look {
  /** Bytes or packets of the connection itself, however counted. */
  readonly count: number;
  /** Checks of ICE and their answers. */
  readonly checks?: number;
  /** A restart that was asked for since this silence began was answered. */
  readonly isMet?: boolean;
  readonly roundTripMs?: number | undefined;
  /** How many connections this page listens to, this one among them. */
  readonly listened?: number;
}

export interface Heard {
  readonly ear: Ear;
  /**
   * `ask`: send what has to be answered. `doubt`: that, and it may be this page's network. `restart`: ICE. `lost`: it lasts, and people
   * are to know; `heard`: it is over, after they did. `rebuild`: another connection.
   */
  readonly act: "ask" | "doubt" | "restart" | "lost" | "heard" | "rebuild" | undefined;
  /** The next look. */
  readonly inMs: number;
}

/** Takes one look. `before` is undefined at the first one of all, and made `anew` at the first one of another connection. */
export function hear(before: Ear | undefined, look: Look, now: number): Heard {
  const { everyMs, answerMs, sparseMs, lateMs, crowd } = silenceTimes;
  const { count, checks = 0, isMet = false, roundTripMs = 0, listened = 1 } = look;
  const rarer = Math.max(1, listened / crowd);
  const ear = before ?? freshEar(now);
  const step = (hearing: Hearing, act: Heard["act"], inMs: number, more: Partial<Ear> = {}): Heard => ({
    ear: { ...ear, ...more, hearing, count, dueAt: now + inMs },
    act,
    inMs,
  });
  const { hearing } = ear;
  if (count !== ear.count) {
    if (hearing.is === "hearing")
      return step({ is: "hearing", looks: hearing.looks + 1 }, undefined, everyMs * rarer);
    const act = hearing.is === "silent" && hearing.isLost ? "heard" : undefined;
    return step({ is: "hearing", looks: 0 }, act, sparseMs * rarer);
  }

  const answerInMs = answerMs + Math.min(roundTripMs, mostRoundTripMs);
  if (hearing.is === "hearing") {
    const isSteady = hearing.looks >= steadyLooks;
    return step({ is: "asking", asked: 1, late: 0, isSteady }, "ask", answerInMs);
  }
  if (hearing.is === "asking") {
    const { asked, late, isSteady } = hearing;
    const isLate = now > ear.dueAt + lateMs;
    if (isLate && late < mostLate) return step({ ...hearing, late: late + 1 }, "ask", answerInMs);
    const most = isSteady ? enough.steady : enough.sparse;
    // The question before the last one: the server has until then to answer, too.
    if (asked < most)
      return step({ ...hearing, asked: asked + 1 }, asked === most - 1 ? "doubt" : "ask", answerInMs);
  }
  const silent =
    hearing.is === "silent"
      ? hearing
      : ({ is: "silent", since: now, isHelped: false, isLost: false } as const);
  if (!silent.isHelped && now >= ear.restart.notBefore) {
    const restart = held(ear.restart, silenceTimes.holdMs, silenceTimes.mostHoldMs, now);
    return step({ ...silent, isHelped: true }, "restart", everyMs, { restart });
  }
  // The server once more: when it says nothing either, it is this page's network, and that waits for nothing.
  if (hearing.is === "asking") return step(silent, "doubt", everyMs);
  if (!silent.isLost && now >= silent.since + silenceTimes.lostMs)
    return step({ ...silent, isLost: true }, "lost", everyMs);

  if (!silent.isHelped || !isMet) return step(silent, "ask", everyMs);
  const isStalled = now > ear.dueAt + stalledMs;
  const met = isStalled || !silent.met ? { at: now, checks, looks: 0 } : silent.met;
  const isDeaf = now >= met.at + silenceTimes.deafMs && met.looks >= deafLooks && checks > met.checks;
  if (isDeaf && now >= ear.rebuild.notBefore) {
    const rebuild = held(ear.rebuild, silenceTimes.rebuildHoldMs, silenceTimes.mostRebuildHoldMs, now);
    // Once: what follows is another connection's.
    const { met: _, ...replaced } = silent;
    return step(replaced, "rebuild", everyMs, { rebuild });
  }
  return step({ ...silent, met: { ...met, looks: met.looks + 1 } }, "ask", everyMs);
}

/** What is kept for the first look at another connection, or at one that was lost since. */
export function anew(ear: Ear | undefined, now: number): Ear | undefined {
  return ear && { ...freshEar(now), rebuild: ear.rebuild };
}

function freshEar(now: number): Ear {
  const { holdMs, rebuildHoldMs } = silenceTimes;
  return {
    hearing: { is: "hearing", looks: 0 },
    count: -1,
    dueAt: now,
    restart: { notBefore: now, holdMs },
    rebuild: { notBefore: now, holdMs: rebuildHoldMs },
  };
}

/** It is done now. */
function held({ notBefore, holdMs }: Hold, leastMs: number, mostMs: number, now: number): Hold {
  const hold = now > notBefore + silenceTimes.forgetMs ? leastMs : holdMs;
  return { notBefore: now + hold, holdMs: Math.min(2 * hold, mostMs) };
}
