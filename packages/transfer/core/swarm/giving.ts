import type { Member } from "./member.ts";
import type { SwarmState } from "./state.ts";

/** What a giver knows when it decides whether to give a piece once more. */
export interface Given {
  readonly state: SwarmState;
  readonly members: ReadonlyMap<string, Member>;
  readonly copies: Uint16Array;
  /** To whom each piece was given last. */
  readonly givenTo: readonly (string | undefined)[];
  readonly count: number;
  readonly random: () => number;
}

/** The next piece that this page wants; taken off its list. */
export function nextWanted(one: Member): number | undefined {
  const urgent = one.wants.findIndex((piece) => one.urgent.has(piece));
  return one.wants.splice(Math.max(urgent, 0), 1)[0];
}

/**
 * Whether that page had better get the piece from somebody else: it was given to another who takes part, and there is
 * one that nobody got yet. So each piece leaves the giver once before any leaves it twice, and several takers cost it
 * little more than one.
 */
export function isElsewhere(piece: number, one: Member, given: Given): boolean {
  const { state, members, copies, givenTo, count } = given;
  if (state.is !== "whole") return false;
  const isGiven = (which: number): boolean => {
    if ((copies[which] ?? 0) > 0) return true;
    const other = givenTo[which];
    const taker = other === undefined || other === one.peer ? undefined : members.get(other);
    return taker?.isOpen === true;
  };
  if (!isGiven(piece)) return false;
  // Only those who are connected to give it on count; where it lies with somebody who is not, it is given again.
  const hasSource = [...members.values()].some(
    (other) =>
      other !== one &&
      other.isOpen &&
      !other.isAside &&
      (other.has.has(piece) || givenTo[piece] === other.peer),
  );
  if (!hasSource) return false;
  for (let which = 0; which < count; which++) if (!one.has.has(which) && !isGiven(which)) return true;
  return false;
}
