import { ufragOfCandidate } from "./sdp.ts";
import type { Candidate } from "./signal.ts";

/** Whose addresses came last, and how often others came before. */
export interface Preference {
  /** ICE username fragment; it names one gathering of addresses (RFC 8839, section 5.4). */
  readonly ufrag: string | undefined;
  readonly restarts: number;
}

/** Above everything that browsers give: the highest type of all (RFC 8445, section 5.1.2.1) has 126 in the byte that is 127 here. */
const aboveAll = 0x7f000000;
/** Above what STUN told (100), and below addresses that were found out by a check that came from them (110). */
const belowReflexive = 0x6d000000;
const mostRestarts = 255;
/** Of a browser's own priority so much stays: the type and half of the rest, which is enough to keep the order of kinds and networks. */
const keptBits = 16;

/**
 * A candidate of the other side, as it is to be told to the browser: after an ICE restart before all that were known until then.
 *
 * Chromium asks no address over a pair that ranks below the one in use, as long as something came over that one within 2.5 s. Who moves from a cable
 * to a wireless network gets addresses that rank lower, so the new way would be asked for long after it stands. A restart says that the
 * old way is of no use, so what comes with it ranks first. Order among its candidates stays, and priorities need not be what the formula gives.
 *
 * A relay's rank above peer-reflexive addresses only where the way in use is relayed (`isRelayed`): there, what looks like such an address may be the
 * relay's own, over TCP. Where it is direct, who sits behind a symmetric NAT may be reached at such an address alone, and a relay is no better than that.
 */
export function prefer(
  before: Preference,
  candidate: Candidate,
  isRelayed: boolean,
): { readonly preference: Preference; readonly candidate: Candidate } {
  const ufrag = candidate.usernameFragment ?? ufragOfCandidate(candidate.candidate);
  // Without one there is no telling.
  if (ufrag === undefined) return { preference: before, candidate };
  const isFirst = before.ufrag === undefined || before.ufrag === ufrag;
  const restarts = Math.min(before.restarts + (isFirst ? 0 : 1), mostRestarts);
  const base = isRelayed || !/ typ relay\b/.test(candidate.candidate) ? aboveAll : belowReflexive;
  const raised = (_: string, head: string, priority: string): string => {
    const kept = Math.min(Number(priority), 2 ** 31 - 1) >>> (31 - keptBits);
    return `${head} ${base + restarts * 2 ** keptBits + kept} `;
  };
  return {
    preference: { ufrag, restarts },
    candidate:
      restarts === 0
        ? candidate
        : {
            ...candidate,
            candidate: candidate.candidate.replace(/^(candidate:\S+ \d+ \S+) (\d+) /, raised),
          },
  };
}
