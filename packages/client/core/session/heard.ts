import type { Notice, Said } from "@parlour/protocol";
import type { Work } from "./session.ts";

/** Shows an entry of the room's log, once. */
export function show(work: Work, entry: Said | Notice, isHistory: boolean): void {
  const { effects, me, mark = -1, unacknowledged } = work;
  if (entry.type === "said" && entry.from === me?.id)
    work.unacknowledged = unacknowledged.filter(({ id }) => id !== entry.id);
  const isOwn = work.unacknowledged.length < unacknowledged.length;
  const isNext = entry.seq > mark || work.mayRecount;
  // What this page said and never saw is shown whatever its place; so is all that another room of that name says.
  if (!isNext && !isOwn) return;
  if (isNext) work.mark = entry.seq;
  work.mayRecount = false;
  if (entry.type === "notice") effects.push(entry);
  else {
    effects.push({ type: "said", entry, isHistory });
    if (isOwn) effects.push({ type: "say-accepted", id: entry.id, at: entry.at });
  }
}
