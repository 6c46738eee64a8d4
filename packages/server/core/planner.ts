import {
  knows,
  type Member,
  type Passers,
  passersFor,
  silenceDeadline,
  type Tired,
  tiredOf,
} from "./passing.ts";
import type { RoomState } from "./state.ts";

/** What the host runs. It may be another after a restart. */
export interface HostPolicy {
  /** The media engine at work here; missing: none, so where a mesh is too much, pages pass media on. */
  readonly engine?: string | undefined;
}

export type Topology = "mesh" | "forwarder" | "peer";

/** How media goes in a room now. A room without a plan is a mesh and always was. */
export interface Plan {
  readonly topology: Topology;
  /** Which engine forwards. */
  readonly engine?: string;
  /** With `peer`: who passes media on, and to whom. */
  readonly passers?: Passers;
  /** Who suffered from passing on is left alone until then, ms since 1970. */
  readonly tired?: Tired;
  /** Counts the moves, from one topology to another and from those who pass on to others. */
  readonly number: number;
  /** When it became so, ms since 1970. */
  readonly since: number;
  /** Moved because a page suffered, with so many pictures in the room: to be fewer before a mesh is tried again. */
  readonly sufferedWith?: number;
  /** Another topology would be better since then; time alone makes it so, unless that changes back. */
  readonly wish?: { readonly topology: Topology; readonly since: number };
}

/** Beyond this many pictures a mesh is too much for ordinary uplinks and processors. */
export const meshPictures = 5;
/** Beyond this many people one picture goes out too often from its page. */
export const meshPeople = 8;
/** The same for sound alone. */
export const meshVoices = 12;
/** Back to a mesh only when it fits by that much, so that one who comes and goes moves nobody. */
const margin = 1;
/** So much more than fits well a mesh bears for the sake of those who can't be forwarded. */
const strain = 3;
/** How long fewer have to be there before the room is a mesh again. */
const backAfterMs = 20_000;
/** Two moves are at least this far apart, unless the engine is gone. */
const calmMs = 10_000;
/** After so long a mesh is tried again although a page suffered in it. */
const forgivenMs = 300_000;

/** A page that takes part in media, as the planner sees it. */
interface Part extends Member {
  /** It knows how to send to and receive from a forwarder, in a private room with sealed frames. */
  readonly canBeForwarded: boolean;
}

/** Of a seat's capabilities, those that decide here. */
export const noMedia = "no-media";
export const forwarded = "forwarded";
export const sealedFrames = "sealed-frames";

function parts({ seats, visibility }: Pick<RoomState, "seats" | "visibility">): readonly Part[] {
  const needed = visibility === "private" ? [forwarded, sealedFrames] : [forwarded];
  return seats
    .filter(({ presence, capabilities }) => presence !== "away" && !capabilities?.includes(noMedia))
    .map((seat) => ({
      id: seat.id,
      number: seat.number,
      report: seat.media,
      silentSince: seat.presence === "silent" ? seat.since : undefined,
      canBeForwarded: needed.every((each) => seat.capabilities?.includes(each)),
    }));
}

/** How many pictures are sent in this room. */
function pictures(all: readonly Part[]): number {
  return all.reduce((sum, { report }) => sum + (report?.cameras ?? 0) + (report?.screens ?? 0), 0);
}

/** Whether a mesh is too much, with so much room to spare. */
function isTooMuch(all: readonly Part[], spare: number): boolean {
  const shown = pictures(all);
  const isHeard = all.some(({ report }) => report?.sound === true);
  return (
    shown > meshPictures - spare ||
    (shown > 0 && all.length > meshPeople - spare) ||
    (isHeard && all.length > meshVoices - spare)
  );
}

/** Whether those who can't take part keep this room a mesh: for a while, and not for ever. Then they go on by link. */
function isHeldBack(all: readonly Part[], canTakePart: (part: Part) => boolean): boolean {
  return !all.every(canTakePart) && !isTooMuch(all, -strain);
}

/** The topology that is best now, whatever it costs to get there. `passers`: who would pass media on. */
function best(
  before: Plan,
  all: readonly Part[],
  { engine }: HostPolicy,
  passers: Passers | undefined,
  now: number,
): Topology {
  const beyond = engine !== undefined ? "forwarder" : passers ? "peer" : "mesh";
  // Nobody passes on in clear what others sealed, so a forwarder needs more of a page than another page does.
  const canTakePart = ({ canBeForwarded, report }: Part) =>
    engine === undefined ? knows(report) : canBeForwarded;
  if (beyond === "mesh" || isHeldBack(all, canTakePart)) return "mesh";
  if (before.topology === "mesh") {
    // With two there is nothing that anybody could spare them.
    const suffers = all.length > 2 && all.some(({ report }) => report?.suffers !== undefined);
    return suffers || isTooMuch(all, 0) ? beyond : "mesh";
  }
  if (isTooMuch(all, margin)) return beyond;
  const { sufferedWith, since } = before;
  const isForgiven = sufferedWith === undefined || pictures(all) < sufferedWith || now - since >= forgivenMs;
  return isForgiven ? "mesh" : beyond;
}

/** A mesh that nobody moved yet. */
const first: Plan = { topology: "mesh", number: 0, since: 0 };
const none: Passers = {};

function withoutWish({ wish: _, ...kept }: Plan): Plan {
  return kept;
}

/** Whether others pass on, not only to others. */
function isMove(before: Passers, next: Passers): boolean {
  const [old, present] = [Object.keys(before), Object.keys(next)];
  return old.length !== present.length || present.some((id) => !(id in before));
}

/**
 * The plan from now on. A pure function of who is there, what they say of themselves, and what the host runs, with patience: moving out of
 * a mesh is at once (people suffer), moving back when fewer have been there for a while, and neither right after the other. Who passes media
 * on is another as soon as one of them is gone, unwilling or overtaxed. Undefined for a room that is a mesh and always was.
 */
export function plan(state: RoomState, policy: HostPolicy, now: number): Plan | undefined {
  const before = state.plan ?? first;
  const { wish: _, passers: old = none, tired: wasTired = {} as Tired, ...present } = before;
  const all = parts(state);
  const isPassed = before.topology === "peer";
  const isForwarded = before.topology === "forwarder";
  // A host that runs a forwarder now, or another, or none any more.
  const isGone = isPassed ? policy.engine !== undefined : isForwarded && before.engine !== policy.engine;
  // Nobody is here, or nobody said anything since the server started: nothing is moved for people who are not there.
  const isEmpty = isPassed
    ? all.every(({ silentSince }) => silentSince !== undefined)
    : all.every(({ report }) => report === undefined);
  if (isEmpty && !isGone) return state.plan && withoutWish(before);
  const rest = tiredOf(all, old, wasTired, now);
  const tired = Object.keys(rest).length > 0 ? { tired: rest } : {};
  const passers = policy.engine === undefined ? passersFor(all, old, rest, now) : undefined;
  const wanted = best(before, all, policy, passers, now);
  // Nobody is left who could do it.
  const isAbandoned = isPassed && policy.engine === undefined && passers === undefined;
  /** The way it is, with those who do it now. */
  const same = {
    ...present,
    ...tired,
    ...(isPassed ? { passers: passers ?? old } : {}),
    number: before.number + (isPassed && passers && isMove(old, passers) ? 1 : 0),
  };
  if (wanted === before.topology && !isGone) return state.plan && same;
  const since = before.wish?.topology === wanted ? before.wish.since : now;
  const dueAt = Math.max(wanted === "mesh" ? since + backAfterMs : since, before.since + calmMs);
  if (!isGone && !isAbandoned && dueAt > now) return { ...same, wish: { topology: wanted, since } };
  const suffered = wanted !== "mesh" && !isTooMuch(all, 0);
  return {
    topology: wanted,
    ...(wanted === "forwarder" && policy.engine !== undefined ? { engine: policy.engine } : {}),
    ...(wanted === "peer" && passers ? { passers } : {}),
    ...tired,
    number: before.number + 1,
    since: now,
    ...(suffered ? { sufferedWith: pictures(all) } : {}),
  };
}

/** When time alone moves the room, ms since 1970; undefined when nothing is wished for. */
export function planDeadline({
  plan,
  seats,
  visibility,
}: Pick<RoomState, "plan" | "seats" | "visibility">): number | undefined {
  if (plan === undefined) return undefined;
  const { wish, since, passers } = plan;
  const silence = passers && silenceDeadline(parts({ seats, visibility }), passers);
  if (wish === undefined) return silence;
  const due = Math.max(wish.since + (wish.topology === "mesh" ? backAfterMs : 0), since + calmMs);
  return Math.min(due, silence ?? due);
}
