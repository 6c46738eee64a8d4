import type { Bits } from "../bits.ts";
import { swarmTimes } from "./effects.ts";
import { canGive, type Member } from "./member.ts";

/** What the picker knows. */
export interface Choice {
  readonly count: number;
  readonly have: Bits;
  /** Arrived, and being checked or written. */
  readonly landing: ReadonlySet<number>;
  /** Pages that have each piece. */
  readonly copies: Uint16Array;
  readonly members: ReadonlyMap<string, Member>;
  /** Wanted first, in this order. */
  readonly preferred: readonly number[];
  readonly random: () => number;
}

export interface Picked {
  readonly pieces: number[];
  /** `soon`: before all others. `urgent`: and from this page, whatever it gave to others. */
  readonly how: "in turn" | "soon" | "urgent";
}

/** Pieces that are had before rarity counts: something to give to others, soon. */
const firstPieces = 4;

interface Askers {
  active: number;
  since: number;
  fastest: number;
}

/** Who was asked for what; pages that give no sign don't count. */
function allAskers(members: Iterable<Member>): Map<number, Askers> {
  const all = new Map<number, Askers>();
  for (const one of members) {
    if (one.isStalled) continue;
    for (const [piece, { at }] of one.asked) {
      const askers = all.get(piece) ?? { active: 0, since: at, fastest: 0 };
      askers.active++;
      askers.since = Math.min(askers.since, at);
      askers.fastest = Math.max(askers.fastest, one.speed);
      all.set(piece, askers);
    }
  }
  return all;
}

/**
 * The pieces to ask this page for next, at most `most`. First what is preferred; then the rarest, chance among equals
 * (in order where there is only one page to ask, which suits its disk and ours); at the end also what a slower page was
 * asked for, from two at a time at most.
 */
export function pick(choice: Choice, one: Member, most: number, now: number): Picked {
  const { count, have, landing, copies, members } = choice;
  const askers = allAskers(members.values());
  const isOpen = (piece: number): boolean =>
    one.has.has(piece) && !have.has(piece) && !landing.has(piece) && !one.asked.has(piece);

  const urgent: number[] = [];
  const soon: number[] = [];
  for (const piece of choice.preferred) {
    if (urgent.length === most || soon.length === most) break;
    if (!isOpen(piece)) continue;
    const asked = askers.get(piece);
    // Denied: it is on its way to somebody else, who will have it in a moment.
    const since = asked ? asked.since : one.denied.get(piece);
    if (since === undefined) soon.push(piece);
    else if (now - since > swarmTimes.urgentMs && (asked?.active ?? 1) === 1) urgent.push(piece);
  }
  if (urgent.length > 0) return { pieces: urgent, how: "urgent" };
  if (soon.length > 0) return { pieces: soon, how: "soon" };

  const isAlone = ![...members.values()].some((other) => other !== one && canGive(other));
  const isAnyGood = isAlone || have.count < firstPieces;
  const free: number[] = [];
  const late: number[] = [];
  let good = 0;
  const start = isAlone ? 0 : Math.floor(choice.random() * count);
  for (let i = 0; i < count && good < most; i++) {
    const piece = (start + i) % count;
    if (!isOpen(piece)) continue;
    const asked = askers.get(piece);
    const deniedAt = one.denied.get(piece);
    if (asked) {
      if (asked.active === 1 && asked.fastest < one.speed) late.push(piece);
    } else if (deniedAt === undefined) {
      free.push(piece);
      // One that nobody else has: there is no rarer one.
      if (isAnyGood || (copies[piece] ?? 0) <= 1) good++;
    } else if (now - deniedAt > swarmTimes.deniedMs) late.push(piece);
  }
  if (free.length === 0) return { pieces: late.slice(0, most), how: "urgent" };
  if (!isAnyGood) free.sort((a, b) => (copies[a] ?? 0) - (copies[b] ?? 0));
  return { pieces: free.slice(0, most), how: "in turn" };
}
