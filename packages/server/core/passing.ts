import type { MediaReport, PeerId } from "@parlour/protocol";
import { type Candidate, elected } from "@parlour/protocol/election";

/*
 * Where no forwarder runs, some of the pages pass the others' media on. Everyone sends its own by link to each of these; everyone else takes
 * what the others send from one of them. So nothing is passed on twice, and one picture goes out once for each who passes on instead of once
 * for each person.
 */

/** Who passes media on, and to whom. */
export type Passers = Readonly<Record<PeerId, readonly PeerId[]>>;

/** Somebody in the room who takes part in media. */
export interface Member {
  readonly id: PeerId;
  /** Order of arrival. */
  readonly number: number;
  readonly report: MediaReport | undefined;
  /** Since when its page is not heard, ms since 1970; undefined while it is here. */
  readonly silentSince?: number | undefined;
}

/** Whose page was overtaxed by it, and until when it is left alone, ms since 1970. */
export type Tired = Readonly<Record<PeerId, number>>;

/** More pages than these make every sender's part too large. */
const passersMost = 4;
/** One page serves so many at most, */
const servedMost = 7;
/** gladly sends so many pictures on, */
const copiesGladly = 20;
/** a few more when somebody comes, before others are asked as well, */
const copiesBorne = 25;
/** and at most so many: seven others' cameras to seven, when nobody else would. */
const copiesMost = 42;
/** A page that is not heard keeps its part for so long: its media may go on without the server, */
const silenceMs = 5_000;
/** and for so long where most are not heard: then it was the server that was away. */
const absenceMs = 20_000;
/** Who suffered from it is left alone for so long. */
export const restMs = 300_000;
/** What an uplink has to carry that passes anything on, in kbit/s. */
const leastUplink = 1_500;
/** What is taken for one that was not measured. */
const usualUplink = 5_000;
const leastCores = 2;

/** How well a machine is suited. Steps are coarse: a little more of something is no reason. */
function fitness({ passes }: MediaReport): number {
  if (!passes) return 0;
  const { cores, uplink = usualUplink, battery } = passes;
  return Math.min(cores, 8) + Math.round(Math.min(uplink, 20_000) / 2_500) - (battery ? 20 : 0);
}

function isFit({ report }: Member): boolean {
  if (!report?.passes || report.suffers !== undefined) return false;
  const { cores, uplink = usualUplink } = report.passes;
  return cores >= leastCores && uplink >= leastUplink;
}

function patienceOf(members: readonly Member[]): number {
  const silent = members.filter(({ silentSince }) => silentSince !== undefined).length;
  return 2 * silent > members.length ? absenceMs : silenceMs;
}

/** Who could do it now: of those who do it already also who was not heard for a moment. */
function candidates(members: readonly Member[], before: Passers, tired: Tired, now: number): Candidate[] {
  const patience = patienceOf(members);
  return members
    .filter((member) => {
      const { id, silentSince } = member;
      if (!isFit(member) || (tired[id] ?? 0) > now) return false;
      return silentSince === undefined || (id in before && now - silentSince < patience);
    })
    .map(({ id, number, report }) => ({ id, seat: number, fitness: fitness(report as MediaReport) }));
}

const picturesOf = ({ report }: Member): number => (report?.cameras ?? 0) + (report?.screens ?? 0);

/** How many pictures each of so many would send on. */
function copiesEach(members: readonly Member[], count: number): number {
  const served = Math.ceil((members.length - count) / count);
  const all = members.reduce((sum, each) => sum + picturesOf(each), 0);
  // Nobody gets its own back, and those who pass on send their own by themselves.
  const spared = Math.min(2, members.filter((each) => picturesOf(each) > 0).length);
  return served * Math.max(all > 0 ? 1 : 0, all - spared);
}
const servedBy = (members: readonly Member[], count: number): number =>
  Math.max(0, Math.ceil((members.length - count) / count));

/**
 * Who passes on from now on, and to whom; undefined when those who could are too few. Who does it keeps it while it is there, well and
 * willing; more are taken when the room asks for it. Everyone stays with their own as long as that one serves no more than its share.
 */
export function passersFor(
  members: readonly Member[],
  before: Passers,
  tired: Tired,
  now: number,
): Passers | undefined {
  const able = candidates(members, before, tired, now);
  const bears = (count: number, copies: number): boolean =>
    servedBy(members, count) <= servedMost && copiesEach(members, count) <= copies;
  const most = Math.min(passersMost, able.length);
  const holders = elected(able, Object.keys(before), passersMost).filter((id) => id in before);
  let count = Math.max(1, holders.length);
  while (count < most && !bears(count, holders.length > 0 ? copiesBorne : copiesGladly)) count++;
  if (able.length === 0 || !bears(count, copiesMost)) return undefined;
  return shared(members, elected(able, holders, count), before);
}

/** Shares the others out over those who pass on. */
function shared(members: readonly Member[], passers: readonly PeerId[], before: Passers): Passers {
  const most = servedBy(members, passers.length);
  const serves = new Map<PeerId, PeerId[]>(passers.map((id) => [id, []]));
  const others = members.filter(({ id, report }) => !serves.has(id) && knows(report));
  const rest: PeerId[] = [];
  for (const { id } of others) {
    const own = Object.keys(before).find((passer) => before[passer]?.includes(id));
    const served = own === undefined ? undefined : serves.get(own);
    if (served && served.length < most) served.push(id);
    else rest.push(id);
  }
  for (const id of rest) {
    const [least] = [...serves.values()].sort((a, b) => a.length - b.length);
    least?.push(id);
  }
  return Object.fromEntries(serves);
}

/** Whether that page knows of all this. One that said nothing yet is taken to. */
export function knows(report: MediaReport | undefined): boolean {
  return report === undefined || report.passes !== undefined;
}

/** Whether most of those whom that page serves, as far as they are heard, say that nothing comes from it. */
function isMissed(members: readonly Member[], id: PeerId, served: readonly PeerId[]): boolean {
  const heard = members.filter((each) => served.includes(each.id) && each.silentSince === undefined);
  return 2 * heard.filter(({ report }) => report?.misses === id).length > heard.length;
}

/** Those who suffer from passing on, or don't do it, are left alone for a while; who has left, or rested, is forgotten. */
export function tiredOf(members: readonly Member[], before: Passers, tired: Tired, now: number): Tired {
  const next: Record<PeerId, number> = {};
  for (const { id, report } of members) {
    const served = before[id];
    const isUnfit = served && (report?.suffers !== undefined || isMissed(members, id, served));
    const until = isUnfit ? now + restMs : (tired[id] ?? 0);
    if (until > now) next[id] = until;
  }
  return next;
}

/** When somebody's silence is too long for their part, ms since 1970. */
export function silenceDeadline(members: readonly Member[], passers: Passers): number | undefined {
  if (members.every(({ silentSince }) => silentSince !== undefined)) return undefined;
  const patience = patienceOf(members);
  const ends = members
    .filter(({ id, silentSince }) => id in passers && silentSince !== undefined)
    .map(({ silentSince = 0 }) => silentSince + patience);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
