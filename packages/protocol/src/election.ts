/*
 * One page among several is chosen for something that one has to do: referee a game, pass media on. Every page runs this by itself; they
 * agree by what they hear of each other, over a carrier that may lose, delay and reorder.
 *
 *   listening ──▶ waiting ──▶ holding          listening  came just now; hears first whether somebody holds it already
 *       │          ▲   │         │             waiting    nobody is known to hold it; the best one is about to claim it
 *       ▼          │   ▼         ▼             following  somebody else holds it
 *       └──────▶ following ◀─────┘             holding    this page does
 *
 * Who holds it keeps it for as long as it is there and heard: a better candidate that comes later changes nothing, since each change costs
 * everyone something. When it is gone, the best of those who are there claims it under the next term. A claim of a higher term wins; of
 * two under the same term the better candidate's. So two parts of a room that could not hear each other agree again as soon as they can.
 */

/** Somebody who could hold it. All pages should see the same facts about the same candidate; while they differ, more terms may pass. */
export interface Candidate {
  readonly id: string;
  /** The larger the better. Equal for all where nothing tells them apart. */
  readonly fitness: number;
  /** Order of arrival: among equally fit ones the earliest is the best. */
  readonly seat: number;
}

/** What goes from page to page. */
export interface Claim {
  readonly term: number;
  readonly holder: string;
}

interface Shared {
  readonly self: string;
  /** The highest term heard of. */
  readonly term: number;
  readonly candidates: readonly Candidate[];
}
export type Election =
  | (Shared & { readonly phase: "listening"; readonly until: number })
  | (Shared & { readonly phase: "waiting"; readonly until: number; readonly passedOver: readonly string[] })
  | (Shared & { readonly phase: "following"; readonly until: number; readonly holder: string })
  | (Shared & { readonly phase: "holding"; readonly sayAt: number });

export type ElectionInput =
  /** Who could hold it now; this page is among them when it could itself. Who is not named does not hold it any more. */
  | { readonly type: "candidates"; readonly candidates: readonly Candidate[] }
  /** A claim, as it came over the wire. */
  | { readonly type: "heard"; readonly from: string; readonly claim: unknown }
  /** Time passed. Due at `nextTick`; sooner and later ones do no harm. */
  | { readonly type: "tick" };

export type ElectionEffect =
  /** To be sent to everyone. May be lost: it is said again. */
  | { readonly type: "say"; readonly claim: Claim }
  /** Somebody else holds it now; undefined while nobody does. */
  | { readonly type: "holder"; readonly holder: string | undefined; readonly term: number };

export interface ElectionStep {
  readonly state: Election;
  readonly effects: readonly ElectionEffect[];
}

/** A holder says so this often. */
export const repeatMs = 500;
/** Not heard for this long, it holds it no more. Several repetitions may be lost before. */
export const patienceMs = 2_500;
/** Higher terms are not believed. */
const mostTerms = 1_000_000_000;

export function startElection(self: string, now: number): Election {
  return { phase: "listening", self, term: 0, candidates: [], until: now + patienceMs };
}

/** When something is to be done without any news. */
export function nextTick(state: Election): number {
  return state.phase === "holding" ? state.sayAt : state.until;
}

/** Who holds it, as far as this page knows. */
export function holderOf(state: Election): string | undefined {
  if (state.phase === "holding") return state.self;
  return state.phase === "following" ? state.holder : undefined;
}

/** The best candidate; undefined when there is none. */
export function bestOf(candidates: readonly Candidate[]): string | undefined {
  return elected(candidates, [], 1)[0];
}

/**
 * Who holds it from now on, where so many are to: the holders who are still among the candidates, and then the best of the others. Pages
 * keep to it by themselves, with one holder; the server's planner, which hears everyone, decides by it alone, with as many as a room needs.
 */
export function elected(
  candidates: readonly Candidate[],
  holders: readonly string[],
  count: number,
): readonly string[] {
  const kept = holders.filter((id) => candidates.some((one) => one.id === id));
  const others = candidates.filter(({ id }) => !kept.includes(id)).sort(better);
  return [...kept, ...others.map(({ id }) => id)].slice(0, count);
}

export function election(state: Election, input: ElectionInput, now: number): ElectionStep {
  const { state: next, says } = decide(state, input, now);
  const effects: ElectionEffect[] = [];
  const holder = holderOf(next);
  if (holder !== holderOf(state)) effects.push({ type: "holder", holder, term: next.term });
  if (says && next.phase === "holding")
    effects.push({ type: "say", claim: { term: next.term, holder: next.self } });
  return { state: next, effects };
}

interface Decision {
  readonly state: Election;
  readonly says?: boolean;
}

function decide(state: Election, input: ElectionInput, now: number): Decision {
  switch (input.type) {
    case "candidates":
      return candidatesChanged({ ...state, candidates: input.candidates }, now);
    case "heard":
      return heard(state, input.from, input.claim, now);
    case "tick":
      return ticked(state, now);
  }
}

function candidatesChanged(state: Election, now: number): Decision {
  const isKept = (id: string) => elected(state.candidates, [id], 1)[0] === id;
  switch (state.phase) {
    case "holding":
      // Newcomers hear of it at once.
      return isKept(state.self) ? said(state, now) : wait(state, [], now);
    case "following":
      return isKept(state.holder) ? { state } : wait(state, [], now);
    case "waiting":
      return claimIfBest(state, now);
    case "listening":
      // Nobody is there whom it could interrupt.
      return state.candidates.length === 1 && isKept(state.self) ? hold(state, now) : { state };
  }
}

function heard(state: Election, from: string, data: unknown, now: number): Decision {
  const claim = claimOf(data);
  // Only who claims it can say so, and only who is there: what is under way from someone gone comes too late.
  if (claim === undefined || claim.holder !== from || from === state.self) return { state };
  if (!state.candidates.some(({ id }) => id === from)) return { state };
  const follow = (): Decision => ({
    state: {
      phase: "following",
      self: state.self,
      term: claim.term,
      candidates: state.candidates,
      holder: from,
      until: now + patienceMs,
    },
  });
  switch (state.phase) {
    case "listening":
    case "waiting":
      return claim.term >= state.term ? follow() : { state };
    case "following":
      return claim.holder === state.holder
        ? claim.term >= state.term
          ? follow()
          : { state }
        : beats()
          ? follow()
          : { state };
    case "holding":
      return beats() ? follow() : said(state, now);
  }

  function beats(): boolean {
    if (claim === undefined || claim.term !== state.term)
      return claim !== undefined && claim.term > state.term;
    const facts = (id: string) =>
      state.candidates.find((one) => one.id === id) ?? { id, fitness: -Infinity, seat: 0 };
    return better(facts(claim.holder), facts(holderOf(state) ?? "")) < 0;
  }
}

function ticked(state: Election, now: number): Decision {
  if (state.phase === "holding") return now >= state.sayAt ? said(state, now) : { state };
  if (now < state.until) return { state };
  switch (state.phase) {
    case "listening":
      return wait(state, [], now);
    case "following":
      return wait(state, [state.holder], now);
    case "waiting": {
      // Who was expected to claim it did not: the next best may. When nobody is left all are asked again.
      const expected = expectedOf(state);
      return wait(state, expected === undefined ? [] : [...state.passedOver, expected], now);
    }
  }
}

function wait(state: Election, passedOver: readonly string[], now: number): Decision {
  const { self, term, candidates } = state;
  return claimIfBest({ phase: "waiting", self, term, candidates, passedOver, until: now + patienceMs }, now);
}

function claimIfBest(state: Extract<Election, { phase: "waiting" }>, now: number): Decision {
  return expectedOf(state) === state.self ? hold(state, now) : { state };
}

function expectedOf(state: Extract<Election, { phase: "waiting" }>): string | undefined {
  return bestOf(state.candidates.filter(({ id }) => !state.passedOver.includes(id)));
}

function hold({ self, term, candidates }: Election, now: number): Decision {
  return { state: { phase: "holding", self, term: term + 1, candidates, sayAt: now + repeatMs }, says: true };
}

function said(state: Extract<Election, { phase: "holding" }>, now: number): Decision {
  return { state: { ...state, sayAt: now + repeatMs }, says: true };
}

function better(a: Candidate, b: Candidate): number {
  return b.fitness - a.fitness || a.seat - b.seat || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function claimOf(data: unknown): Claim | undefined {
  if (typeof data !== "object" || data === null || !("term" in data) || !("holder" in data)) return undefined;
  const { term, holder } = data;
  if (typeof term !== "number" || !Number.isInteger(term) || term < 1 || term > mostTerms) return undefined;
  return typeof holder === "string" ? { term, holder } : undefined;
}
