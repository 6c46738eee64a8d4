import type { PeerId } from "@parlour/protocol";
import { linkedMost } from "./large.ts";

/**
 * Which links a page keeps in a room where they open on demand, and what it says of that to the other pages, by post.
 *
 * Of each two pages one leads: the newcomer, which makes the first offer anyhow. It alone opens links, numbers them and proposes their end, so nothing
 * crosses. The other one follows: it asks, and agrees. There is a link as long as either side needs it.
 *
 * ```
 *  leads:    resting ──needed──▶ open ──idle──▶ ending ──`ended`──▶ resting
 *               ▲                 │ ▲              │
 *               └──`busy`, later──┘ └────`keep`────┘
 *
 *  follows:  resting ──needed──▶ asking ──its first packet──▶ open ──`end`──▶ resting
 *               └──────────────its first packet────────────────▲
 * ```
 *
 * In `ending` nothing more is handed to the link: so when the other page closes it, nothing is lost that was under way.
 */
export type Phase =
  | { readonly at: "resting" }
  | { readonly at: "asking" }
  | {
      readonly at: "open";
      /** It was connected. */
      readonly isUp: boolean;
      /** Leads: the other page said that it takes part in it. To one that does not know any of this no end is proposed. */
      readonly isKnown: boolean;
      /** Who follows has said that others there wait for a place: it is idle sooner. */
      readonly isSpared: boolean;
      /** When it was opened. */
      readonly since: number;
    }
  | { readonly at: "ending"; readonly isUp: boolean };

/** What this page knows of one other. */
export interface Pair {
  readonly leads: boolean;
  /** How many links there were; the number of the present one. */
  readonly count: number;
  readonly phase: Phase;
  /** Something here needs it for as long as it lasts. */
  readonly isHeld: boolean;
  /** When something needed it, went over it or came over it last. */
  readonly usedAt: number;
  /** When there began to be one last. */
  readonly openedAt: number;
  /** Follows: when it said last that it takes part in it. */
  readonly toldAt: number;
  /** Leads: the link that the other page asked for. */
  readonly wanted: number;
  /** Leads: how often the other page had no place for one, one after the other, and when it is asked again. */
  readonly refusals: number;
  readonly notBefore: number;
}

export interface Demand {
  /** True: links rest unless something needs them. False: there is one to everyone. */
  readonly isSparing: boolean;
  /** So many a page has at one time while they do. */
  readonly places: number;
  /** The server passes on what is said. Without it no link is ended. */
  readonly isHeard: boolean;
  readonly pairs: ReadonlyMap<PeerId, Pair>;
}

/** What two pages say to each other of the link with that number. */
export interface DemandWord {
  readonly verb: (typeof demandVerbs)[number];
  readonly number: number;
}
export const demandVerbs = ["want", "here", "busy", "spare", "end", "ended", "keep"] as const;

export type DemandInput =
  /** `link`: there is one already, which began (or was connected) before this machine knew of it. */
  | {
      readonly type: "join";
      readonly peer: PeerId;
      readonly leads: boolean;
      readonly link: "none" | "begun" | "up";
    }
  | { readonly type: "leave"; readonly peer: PeerId }
  | { readonly type: "sparing"; readonly is: boolean; readonly places?: number }
  | { readonly type: "heard"; readonly is: boolean }
  /** Something is to go over the link, or went. */
  | { readonly type: "use"; readonly peer: PeerId }
  | { readonly type: "hold"; readonly peer: PeerId; readonly is: boolean }
  /** The first signal of the link with that number came. */
  | { readonly type: "packet"; readonly peer: PeerId; readonly number: number }
  /** It is connected, said once or often. */
  | { readonly type: "up"; readonly peer: PeerId }
  | { readonly type: "said"; readonly peer: PeerId; readonly word: DemandWord }
  | { readonly type: "time" };

export type DemandEffect =
  | { readonly type: "open"; readonly peer: PeerId; readonly number: number }
  | { readonly type: "close"; readonly peer: PeerId; readonly number: number }
  /** Whether what is to go over the link waits. */
  | { readonly type: "pause"; readonly peer: PeerId; readonly is: boolean }
  | { readonly type: "say"; readonly peer: PeerId; readonly word: DemandWord };

export interface DemandStep {
  readonly demand: Demand;
  readonly effects: readonly DemandEffect[];
}

export const demandLimits = {
  /** Links that a page has on demand at one time. */
  links: 16,
  /** And where pages pass media on, by those links: as many as four of them serve, and some on demand. */
  passingLinks: 40,
  /** So many begin within `beginMs`: each costs both browsers some tens of milliseconds, and the server some signals. */
  begun: 6,
  beginMs: 1_000,
  /** A link that nothing went over for so long is ended; sooner while others wait for a place. */
  idleMs: 30_000,
  hurriedMs: 6_000,
  /** Who follows agrees when nothing was sent for so long: by then it has arrived. */
  quietMs: 2_000,
  /** One that did not come about for so long gives its place to others who wait. */
  vainMs: 20_000,
  /** After `busy`, or one that did not come about: so long, then twice as long each time. */
  retryMs: 2_000,
  retryMostMs: 30_000,
} as const;

export const noDemand: Demand = {
  isSparing: false,
  places: demandLimits.links,
  isHeard: true,
  pairs: new Map(),
};

/** With fewer people than this everyone has a link again. */
const least = 7;

/** Whether links open on demand in this room: `people` is everyone with a seat, this page too. */
export const isSparing = (before: boolean, people: number): boolean =>
  people > (before ? least - 1 : linkedMost);
/** For how many links a page has a place in such a room; in a mesh media have no other way. */
export const placesIn = (topology: string): number =>
  topology === "mesh"
    ? Number.POSITIVE_INFINITY
    : topology === "peer"
      ? demandLimits.passingLinks
      : demandLimits.links;

/** One step in the making. */
interface Work {
  isSparing: boolean;
  places: number;
  isHeard: boolean;
  readonly pairs: Map<PeerId, Pair>;
  readonly effects: DemandEffect[];
  readonly now: number;
}

/** Takes one input. Time alone is an input to be given while `isPending`. */
export function demand(before: Demand, input: DemandInput, now: number): DemandStep {
  const work: Work = { ...before, pairs: new Map(before.pairs), effects: [], now };
  take(work, input);
  settle(work);
  const { isSparing, places, isHeard, pairs, effects } = work;
  return { demand: { isSparing, places, isHeard, pairs }, effects };
}

/** Whether time alone changes something. */
export function isPending({ isSparing, pairs }: Demand): boolean {
  return [...pairs.values()].some(({ phase: { at } }) => (isSparing ? at !== "resting" : at !== "open"));
}

const put = (work: Work, peer: PeerId, pair: Pair, changes: Partial<Pair>): Pair => {
  const next = { ...pair, ...changes };
  work.pairs.set(peer, next);
  return next;
};
const say = (work: Work, peer: PeerId, verb: DemandWord["verb"], number: number): void =>
  void work.effects.push({ type: "say", peer, word: { verb, number } });

function take(work: Work, input: DemandInput): void {
  const { now, pairs } = work;
  switch (input.type) {
    case "sparing":
      work.isSparing = input.is;
      work.places = input.places ?? demandLimits.links;
      return;
    case "heard":
      work.isHeard = input.is;
      return;
    case "time":
      return;
    case "join":
      join(work, input);
      return;
    case "leave":
      pairs.delete(input.peer);
      return;
  }
  const { peer } = input;
  const pair = pairs.get(peer);
  if (!pair) return;
  const { phase, count } = pair;
  switch (input.type) {
    case "use":
      put(work, peer, pair, { usedAt: now });
      break;
    case "hold":
      // What held it until now was of use until now.
      put(work, peer, pair, { isHeld: input.is, ...(pair.isHeld && { usedAt: now }) });
      break;
    case "up":
      // Again and again while it is: whenever its way or its round trip is another. That is no use of it.
      if (phase.at === "open" && !phase.isUp)
        put(work, peer, pair, { phase: { ...phase, isUp: true }, usedAt: now, refusals: 0 });
      break;
    case "packet":
      opened(work, peer, pair, input.number);
      break;
    default:
      if (pair.leads) heardOf(work, peer, pair, input.word);
      else if (input.word.verb === "end" && input.word.number === count) proposed(work, peer, pair);
  }
}

function join(work: Work, { peer, leads, link }: DemandInput & { type: "join" }): void {
  const { now } = work;
  const isThere = link !== "none";
  work.pairs.set(peer, {
    leads,
    count: isThere ? 1 : 0,
    phase: isThere
      ? { at: "open", isUp: link === "up", isKnown: false, isSpared: false, since: now }
      : { at: "resting" },
    isHeld: false,
    usedAt: isThere ? now : Number.NEGATIVE_INFINITY,
    openedAt: isThere ? now : Number.NEGATIVE_INFINITY,
    toldAt: now,
    wanted: 0,
    refusals: 0,
    notBefore: 0,
  });
  if (!leads && isThere) takesPart(work, peer, 1, link === "up");
}

/** Follows: the other page may have no such link, and would never begin it. */
function takesPart(work: Work, peer: PeerId, number: number, isUp: boolean): void {
  if (!isUp) say(work, peer, "want", number);
  say(work, peer, "here", number);
}

/** Follows: the other page began a link. */
function opened(work: Work, peer: PeerId, pair: Pair, number: number): void {
  const { phase, leads } = pair;
  if (leads || number !== pair.count + 1 || (phase.at !== "resting" && phase.at !== "asking")) return;
  // Nobody honest begins, ends and begins again within that.
  const isOften = work.now - pair.openedAt < demandLimits.beginMs;
  const isWelcome = phase.at === "asking" || !work.isSparing || (!isOften && placesLeft(work) > 0);
  if (!isWelcome) {
    put(work, peer, pair, { count: number });
    say(work, peer, "busy", number);
    return;
  }
  open(work, peer, pair);
  say(work, peer, "here", number);
}

/** Leads: what the other page said. */
function heardOf(work: Work, peer: PeerId, pair: Pair, { verb, number }: DemandWord): void {
  const { now } = work;
  const { phase, count } = pair;
  if (verb === "want") {
    // A higher one than the next makes no sense.
    if (number === count + 1) put(work, peer, pair, { wanted: number });
    return;
  }
  if (number !== count) return;
  if (verb === "here" && phase.at === "open") put(work, peer, pair, { phase: { ...phase, isKnown: true } });
  if (verb === "spare" && phase.at === "open") put(work, peer, pair, { phase: { ...phase, isSpared: true } });
  if (verb === "keep" && phase.at === "ending") {
    put(work, peer, pair, {
      phase: { at: "open", isUp: phase.isUp, isKnown: true, isSpared: false, since: now },
      usedAt: now,
    });
    work.effects.push({ type: "pause", peer, is: false });
  }
  if (verb === "ended" && phase.at === "ending") {
    if (phase.isUp) rest(work, peer, pair);
    else later(work, peer, pair);
  }
  if (verb === "busy" && phase.at === "open" && !phase.isUp) later(work, peer, pair);
}

/** Leads: it did not come about, and is tried again. */
function later(work: Work, peer: PeerId, pair: Pair): void {
  const refusals = pair.refusals + 1;
  const wait = Math.min(demandLimits.retryMs * 2 ** (refusals - 1), demandLimits.retryMostMs);
  rest(work, peer, { ...pair, refusals, notBefore: work.now + wait });
}

/** Follows: the other page needs the link no more. */
function proposed(work: Work, peer: PeerId, pair: Pair): void {
  const { isSparing, now } = work;
  const { count, phase } = pair;
  if (phase.at === "open") {
    const isUsed = phase.isUp && (pair.isHeld || now - pair.usedAt < demandLimits.quietMs);
    if (!isSparing || isUsed) {
      say(work, peer, "keep", count);
      return;
    }
    rest(work, peer, { ...pair, usedAt: Number.NEGATIVE_INFINITY });
  }
  say(work, peer, "ended", count);
}

function open(work: Work, peer: PeerId, pair: Pair): void {
  const { now } = work;
  const number = pair.count + 1;
  put(work, peer, pair, {
    count: number,
    phase: { at: "open", isUp: false, isKnown: false, isSpared: false, since: now },
    usedAt: now,
    openedAt: now,
    toldAt: now,
  });
  work.effects.push({ type: "open", peer, number });
}
function rest(work: Work, peer: PeerId, pair: Pair): void {
  put(work, peer, pair, { phase: { at: "resting" } });
  work.effects.push({ type: "close", peer, number: pair.count });
}

const isOpening = ({ phase }: Pair, now: number): boolean =>
  phase.at === "open" && !phase.isUp && now - phase.since < demandLimits.beginMs;
const placesLeft = ({ pairs, isSparing, places }: Work): number =>
  isSparing
    ? places - [...pairs.values()].filter(({ phase }) => phase.at !== "resting").length
    : Number.POSITIVE_INFINITY;

/** Does what is due: opens what is needed as far as there are places, and proposes the end of what is not. */
function settle(work: Work): void {
  const { now, pairs } = work;
  const { idleMs, hurriedMs, vainMs, begun } = demandLimits;
  const isCalled = ({ isHeld, usedAt, wanted, count }: Pair): boolean =>
    !work.isSparing || isHeld || now - usedAt < idleMs || wanted > count;
  const waiting = [...pairs]
    .filter(([, pair]) => pair.phase.at === "resting" && isCalled(pair))
    // What is needed for long comes first: media wait for it.
    .sort(([, one], [, other]) => Number(other.isHeld) - Number(one.isHeld) || one.usedAt - other.usedAt);
  const idle = waiting.length > placesLeft(work) ? hurriedMs : idleMs;
  let beginning = [...pairs.values()].filter((pair) => isOpening(pair, now)).length;

  for (const [peer, pair] of waiting) {
    if (now < pair.notBefore || placesLeft(work) <= 0) continue;
    if (!pair.leads) {
      put(work, peer, pair, { phase: { at: "asking" } });
      say(work, peer, "want", pair.count + 1);
    } else if (beginning < begun) {
      beginning++;
      open(work, peer, pair);
    }
  }
  if (!work.isSparing || !work.isHeard) return;
  for (const [peer, pair] of pairs) {
    const { phase, leads, isHeld, usedAt, count } = pair;
    if (phase.at !== "open") continue;
    const isVain = !phase.isUp && idle === hurriedMs && now - phase.since >= vainMs;
    if (isHeld && !isVain) continue;
    const isIdle = isVain || now - usedAt >= (leads && phase.isSpared ? hurriedMs : idle);
    if (!leads && isIdle && idle === hurriedMs && !phase.isSpared) {
      put(work, peer, pair, { phase: { ...phase, isSpared: true } });
      say(work, peer, "spare", count);
    }
    // That word may have come before the other page did any of this.
    if (!leads && isIdle && now - pair.toldAt >= idleMs) {
      put(work, peer, pairs.get(peer) ?? pair, { toldAt: now });
      takesPart(work, peer, count, phase.isUp);
    }
    if (!leads || !isIdle || !phase.isKnown) continue;
    // What is used from now on is a need of another link.
    put(work, peer, pair, { phase: { at: "ending", isUp: phase.isUp }, usedAt: Number.NEGATIVE_INFINITY });
    work.effects.push({ type: "pause", peer, is: true });
    say(work, peer, "end", count);
  }
}
