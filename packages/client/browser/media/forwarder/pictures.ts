import type { PeerId, Source } from "../../api.ts";
import type { Sources } from "../driver.ts";
import type { Wants } from "../state.ts";

export interface Picture {
  readonly peer: PeerId;
  readonly source: Source;
  /** In device pixels. */
  readonly height: number;
}

/** How high a picture counts of which nobody said how it is shown. */
const untoldHeight = 360;

/**
 * What to ask a forwarder for, most important first: what is known to be shown, the largest first, then what nobody said anything
 * about. What is not shown, held back by its sender, or not needed from here is no part of it. Whoever takes only so many takes the first.
 */
export function picturesToAsk(
  told: ReadonlyMap<PeerId, Sources>,
  wants: ReadonlyMap<PeerId, Wants>,
  isNeeded: (peer: PeerId, source: Source) => boolean,
): readonly Picture[] {
  const all: (Picture & { readonly isTold: boolean })[] = [];
  for (const [peer, sources] of told)
    for (const [source, { video }] of Object.entries(sources)) {
      const asked = wants.get(peer);
      const height = asked && Object.hasOwn(asked, source) ? asked[source] : undefined;
      if (video !== "on" || height === 0 || !isNeeded(peer, source)) continue;
      all.push({ peer, source, height: height ?? untoldHeight, isTold: height !== undefined });
    }
  all.sort((a, b) => Number(b.isTold) - Number(a.isTold) || b.height - a.height);
  return all.map(({ peer, source, height }) => ({ peer, source, height }));
}

/** Pictures that a machine with so many processors decodes at once without falling behind: a dozen, as small as a dozen are, fit two. */
export const picturesFor = (processors: number): number => Math.min(25, Math.max(12, processors * 4));
/** Voices that are heard at once: more say nothing to anyone. */
export const mostVoices = 12;

/** How many places to have, in steps, so that each who comes or goes does not cost a negotiation. */
export function placesFor(needed: number, most: number): number {
  return Math.min(most, needed <= 4 ? needed : Math.ceil(needed / 4) * 4);
}
