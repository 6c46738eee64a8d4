import type { PeerId, Whispered } from "@parlour/protocol";
import type { Work } from "./session.ts";

/** One's own comes back as the acknowledgement. */
export function whisper(work: Work, entry: Whispered, own: PeerId): void {
  const { unacknowledged, effects } = work;
  const { id, at, from } = entry;
  if (from === own) {
    work.unacknowledged = unacknowledged.filter((say) => say.id !== id);
    if (work.unacknowledged.length === unacknowledged.length) return;
    effects.push({ type: "say-accepted", id, at });
  }
  effects.push({ type: "said", entry, isHistory: false });
}
