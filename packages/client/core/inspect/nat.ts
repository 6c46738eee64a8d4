import { type CandidateRow, endpointText } from "./candidates.ts";
import type { Entry } from "./facts.ts";

/**
 * What this side's own candidates say about the way out of its network. It is a guess: only what the STUN servers that were asked and
 * the other side of the link saw is known (RFC 4787, section 4.1 has the kinds; RFC 5780 how one would find out for certain).
 * Who is let in from outside (RFC 4787, section 5) shows in none of it.
 */
export type NatGuess =
  /** Nobody outside told of an address: nothing is known. */
  | { readonly kind: "unknown" }
  /** The address that the server saw is the device's own. */
  | { readonly kind: "none" }
  /** There is a translation; one answer alone, of a server or of the other side, does not tell whether it is the same towards everyone. */
  | { readonly kind: "one-answer" }
  /** Several saw the same address and port of one socket: endpoint-independent mapping, which others can be told of. */
  | { readonly kind: "same-for-all" }
  /** Different ports of one socket were seen: the mapping depends on whom one talks to ("symmetric"), and addresses learned from STUN are no use to others. */
  | { readonly kind: "differs" };

export interface OwnAddresses {
  /** Of the device itself; `.local` names where the browser hides them. */
  readonly own: readonly string[];
  /** As servers outside saw them. */
  readonly seen: readonly string[];
  /** At the relay. */
  readonly relayed: readonly string[];
  readonly guess: NatGuess;
}

/**
 * This side's addresses, each once, and the guess at its NAT.
 *
 * @param servers ICE servers that this page was given, as URLs
 * @param stats what `getStats()` gave: as what the other side saw this one
 */
export function ownAddresses(
  rows: readonly CandidateRow[],
  servers: readonly string[],
  stats: readonly Entry[] = [],
): OwnAddresses {
  const local = rows.filter(({ side }) => side === "local");
  const of = (...types: readonly string[]) => local.filter(({ type }) => types.includes(type));
  const places = (found: readonly CandidateRow[]) => [
    ...new Set(found.map(({ address, port }) => endpointText(address, port))),
  ];
  return {
    own: [...new Set(of("host").map(({ address }) => address))],
    seen: places(of("srflx", "prflx")),
    relayed: places(of("relay")),
    guess: { kind: guessOf(of("host"), of("srflx"), servers, stats) },
  };
}

function guessOf(
  hosts: readonly CandidateRow[],
  reflexive: readonly CandidateRow[],
  servers: readonly string[],
  stats: readonly Entry[],
): NatGuess["kind"] {
  // Over TCP every connection has a port of its own.
  const udp = reflexive.filter(({ protocol }) => protocol === "udp");
  // No server answered, or none has yet. What the other side saw is another's address than the device's own, or it would be no such candidate.
  if (udp.length === 0) return endsOfDirectPairs(stats).some(isFoundByChecks) ? "one-answer" : "unknown";
  const isOwn = ({ address, port }: CandidateRow) =>
    hosts.some((host) => host.address === address && host.port === port);
  if (udp.every(isOwn)) return "none";
  const mappings = new Map<string, Set<string>>();
  for (const { relatedAddress, relatedPort, address, port } of udp) {
    // Where the browser hides the socket (it then says port 0), nothing can be compared.
    const socket = relatedPort ? `${relatedAddress} ${relatedPort}` : undefined;
    if (socket === undefined) continue;
    const known = mappings.get(familyOf(address) + socket) ?? new Set();
    mappings.set(familyOf(address) + socket, known.add(`${address} ${port}`));
  }
  if ([...mappings.values()].some(({ size }) => size > 1)) return "differs";
  const toOther = seenByOther(hosts, udp, stats);
  if (toOther !== undefined) return toOther;
  // Browsers leave out what a second server says when it is the same.
  const asked = new Set(servers.filter((url) => /^stun:/.test(url)));
  return asked.size > 1 ? "same-for-all" : "one-answer";
}

/**
 * What the other side saw, against what STUN servers did: their answer to a check tells (RFC 8445, section 7.2.5.3.1). The same makes the
 * pair's own end server reflexive, or leaves it peer reflexive where the server answered later; another port means another mapping.
 * Another address may as well be that of a router further inside.
 */
function seenByOther(
  hosts: readonly CandidateRow[],
  reflexive: readonly CandidateRow[],
  stats: readonly Entry[],
): "same-for-all" | "differs" | undefined {
  const ends = endsOfDirectPairs(stats);
  const ofSocket = ({ address, relatedPort }: Entry) =>
    reflexive.filter(
      (seen) =>
        seen.component === 1 &&
        seen.address === address &&
        // Firefox does not say whose socket it is; with one socket there is no doubt.
        (typeof relatedPort === "number" && relatedPort > 0
          ? seen.relatedPort === relatedPort
          : socketsLike(hosts, seen.address) === 1),
    );
  const found = ends
    .filter(isFoundByChecks)
    .map((end) => ofSocket(end).map(({ port }) => port === end["port"]));
  if (found.some((same) => same.includes(false))) return "differs";
  const isSame =
    found.some((same) => same.includes(true)) || ends.some(({ candidateType }) => candidateType === "srflx");
  return isSame ? "same-for-all" : undefined;
}

/** This side's ends of the pairs over UDP that work, but for those by a relay: what that sees is one more server's view, of an address where STUN was asked as a rule. */
function endsOfDirectPairs(stats: readonly Entry[]): readonly Entry[] {
  const byId = new Map(stats.map((entry) => [entry["id"], entry]));
  return stats
    .filter((entry) => entry["type"] === "candidate-pair" && entry["state"] === "succeeded")
    .filter((entry) => byId.get(entry["remoteCandidateId"])?.["candidateType"] !== "relay")
    .flatMap((entry): readonly Entry[] => {
      const end = byId.get(entry["localCandidateId"]);
      return end?.["protocol"] === "udp" ? [end] : [];
    });
}

const isFoundByChecks = ({ candidateType }: Entry): boolean => candidateType === "prflx";
const socketsLike = (hosts: readonly CandidateRow[], address: string): number =>
  hosts.filter(
    (host) => host.component === 1 && host.protocol === "udp" && familyOf(host.address) === familyOf(address),
  ).length;
const familyOf = (address: string): "4" | "6" => (address.includes(":") ? "6" : "4");
