import type { PeerId, RosterEntry } from "@parlour/protocol";

/** Everyone else with a seat, by id. */
export type Roster = ReadonlyMap<PeerId, RosterEntry>;

export type RosterEffect =
  /** `isNew`: false for those who were there when this page first came in. */
  | { readonly type: "joined"; readonly peer: RosterEntry; readonly isNew: boolean }
  /** `isNewPage`: the seat is on another page now (a reload), whose links must be made anew. */
  | { readonly type: "changed"; readonly peer: RosterEntry; readonly isNewPage: boolean }
  /** `missed`: gone while this page heard nothing, so the reason is not known. */
  | { readonly type: "left"; readonly id: PeerId; readonly reason: string };

export interface RosterStep {
  readonly roster: Roster;
  readonly effects: readonly RosterEffect[];
}

/** Takes in one entry, whether it came as `joined` or as `changed`. */
export function seated(roster: Roster, peer: RosterEntry, isNew = true): RosterStep {
  const before = roster.get(peer.id);
  if (before === undefined) {
    return { roster: new Map(roster).set(peer.id, peer), effects: [{ type: "joined", peer, isNew }] };
  }
  // Another number is another seat: the old one ran out, and the same person took a new one.
  if (before.number !== peer.number) {
    const gone = unseated(roster, peer.id, "missed");
    const come = seated(gone.roster, peer, isNew);
    return { roster: come.roster, effects: [...gone.effects, ...come.effects] };
  }
  if (JSON.stringify(before) === JSON.stringify(peer)) return { roster, effects: [] };
  return {
    roster: new Map(roster).set(peer.id, peer),
    effects: [{ type: "changed", peer, isNewPage: before.epoch !== peer.epoch }],
  };
}

export function unseated(roster: Roster, id: PeerId, reason: string): RosterStep {
  if (!roster.has(id)) return { roster, effects: [] };
  const rest = new Map(roster);
  rest.delete(id);
  return { roster: rest, effects: [{ type: "left", id, reason }] };
}

/** Takes in a whole roster: who is missing left, who is other changed, who is new joined, in this order of each. */
export function replaced(roster: Roster, peers: readonly RosterEntry[], isNew: boolean): RosterStep {
  const ids = new Set(peers.map((peer) => peer.id));
  const effects: RosterEffect[] = [];
  let present = roster;
  const take = (step: RosterStep): void => {
    present = step.roster;
    effects.push(...step.effects);
  };
  for (const id of roster.keys()) if (!ids.has(id)) take(unseated(present, id, "missed"));
  for (const peer of peers) take(seated(present, peer, isNew));
  return { roster: present, effects };
}
