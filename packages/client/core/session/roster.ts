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

/** A step in the making: who has a seat now, and what that means. */
interface Draft {
  roster: Roster;
  readonly effects: { push(effect: RosterEffect): unknown };
}

/** Takes in one entry, whether it came as `joined` or as `changed`. */
export function seat(draft: Draft, peer: RosterEntry, isNew = true): void {
  const before = draft.roster.get(peer.id);
  if (JSON.stringify(before) === JSON.stringify(peer)) return;
  if (before?.number === peer.number)
    draft.effects.push({ type: "changed", peer, isNewPage: before.epoch !== peer.epoch });
  else {
    // Another number is another seat: the old one ran out, and the same person took a new one.
    unseat(draft, peer.id, "missed");
    draft.effects.push({ type: "joined", peer, isNew });
  }
  draft.roster = new Map(draft.roster).set(peer.id, peer);
}

export function unseat(draft: Draft, id: PeerId, reason: string): void {
  const rest = new Map(draft.roster);
  if (!rest.delete(id)) return;
  draft.roster = rest;
  draft.effects.push({ type: "left", id, reason });
}

/** Takes in a whole roster: who is missing left, who is other changed, who is new joined, in this order of each. */
export function seatAll(draft: Draft, peers: readonly RosterEntry[], isNew: boolean): void {
  for (const id of draft.roster.keys())
    if (!peers.some((peer) => peer.id === id)) unseat(draft, id, "missed");
  for (const peer of peers) seat(draft, peer, isNew);
}
