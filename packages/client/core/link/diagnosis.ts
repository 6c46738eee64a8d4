/**
 * Why a link does not work, or works less well than it could: a pure function of what one page can see. The codes are stable, for
 * programs; `docs/protocol.md` does not know them, because they never leave the page.
 */
export const diagnosisCodes = [
  /** Not the person who is expected: every fingerprint of a description has to be the one in their card. */
  "wrong-fingerprint",
  /** The other page sent what no honest page sends. */
  "bad-signals",
  /** More was to be said to the other page than may wait. */
  "signals-refused",
  /** The browser makes no connection: too many, or switched off. */
  "connection-refused",
  /** The browser says that there is no network. */
  "offline",
  /** This page has no connection to the server, so that nothing can be agreed. */
  "no-signaling",
  /** Nothing is heard of the other page. */
  "silent",
  /** There is a way, but no agreement on keys over it. */
  "dtls-failed",
  /** No address was found at all. */
  "no-candidate",
  /** One side has IPv4 alone, the other IPv6, and there is no relay between. */
  "no-common-family",
  /** The relay was reached and refused. */
  "relay-unauthorised",
  /** Nothing came back over UDP, and there is no relay over TCP. */
  "udp-blocked",
  /** There are relays, and none could be had. */
  "no-relay-candidate",
  /** Addresses of a private network alone, and no relay. */
  "only-private-addresses",
  /** Names of the local network (mDNS) alone, and no relay. */
  "local-only",
  /** What they send arrives, and nothing of ours gets to them, or none of their answers back. */
  "one-way",
  /** Both sides have addresses, and no two of them reach each other. */
  "no-route",
  /** It takes long, and nothing is wrong so far. */
  "slow",
  /** Connected; a kind of media has no codec that both browsers know. */
  "no-common-codec",
  /** Connected, through a relay over TCP: lost packets hold up all that follow. */
  "relayed-over-tcp",
] as const;
export type DiagnosisCode = (typeof diagnosisCodes)[number];

/** One address that a side can be reached at (RFC 8839, section 5.1). */
export interface CandidateEvidence {
  readonly kind: "host" | "srflx" | "prflx" | "relay";
  readonly protocol: "udp" | "tcp";
  readonly family: "IPv4" | "IPv6" | "mDNS";
  readonly isPrivate: boolean;
  /** Ours, of a relay: how the relay is reached. */
  readonly relayProtocol?: string;
}
export interface Evidence {
  readonly link: "connecting" | "connected" | "recovering" | "closed";
  /** Why it was closed, or is being recovered. */
  readonly reason?: string;
  /** How long it has been in this state. */
  readonly forMs: number;
  /** `navigator.onLine`: false is certain, true is not. */
  readonly isOnline: boolean;
  /** This page's connection to the server. */
  readonly isSignaling: boolean;
  /** What the server says of the other page. */
  readonly presence: "here" | "away" | "silent";
  /** ICE servers this page was given, as URLs. */
  readonly servers: readonly string[];
  readonly isRelayOnly: boolean;
  /** The other page's description is set, so that its addresses are known as they come. */
  readonly isAnswered: boolean;
  readonly isGathered: boolean;
  readonly ice: string;
  readonly dtls: string;
  readonly local: readonly CandidateEvidence[];
  readonly remote: readonly CandidateEvidence[];
  /** Our end of the pair in use. */
  readonly selected?: CandidateEvidence | undefined;
  /** What the browser reported about ICE servers (`icecandidateerror`). 300 to 699 is the server's own word, 701 that none came. */
  readonly errors: readonly { readonly url: string; readonly code: number; readonly text: string }[];
  readonly pairs: {
    readonly tried: number;
    readonly failed: number;
    readonly answered: number;
    /** On which the other side's checks arrived (`requestsReceived`, which Firefox does not tell). */
    readonly asked: number;
  };
  /** Kinds of media for which the two sides found no codec that both know. */
  readonly refusedKinds: readonly string[];
  readonly bytesReceived: number;
  /** Signals of the other page that made no sense, since it was connected last. */
  readonly badSignals: number;
}

export interface Cause {
  readonly code: DiagnosisCode;
  /** Whose network or page it lies with, where that can be told. */
  readonly side?: "here" | "there";
}

const reasons: Readonly<Record<string, DiagnosisCode>> = {
  "wrong-fingerprint": "wrong-fingerprint",
  "bad-signals": "bad-signals",
  flooded: "bad-signals",
  "signals-window-full": "signals-refused",
  "signals-too-large": "signals-refused",
  "connection-refused": "connection-refused",
};

/** Connecting and recovering take less than this where nothing is wrong. */
export const slowMs = 8_000;

/** A server that is reached over UDP has answered by then. */
const unheardMs = 15_000;

const isUdp = (url: string): boolean => /^(stun|turn):/.test(url) && !url.includes("transport=tcp");
const isTurn = (url: string): boolean => /^turns?:/.test(url);

/** The cause; undefined when there is nothing to say. */
export function causeOf(evidence: Evidence): Cause | undefined {
  const { link, reason = "", forMs } = evidence;
  if (link === "connected") return degraded(evidence);
  if (link === "closed") {
    const code = reasons[reason];
    if (code) return { code };
    // Ended from outside, with a reason of its own.
    if (reason !== "failed") return undefined;
  }
  // Also when ICE says that it failed: candidates may still be under way.
  if (link !== "closed" && forMs < slowMs) return undefined;
  return lost(evidence) ?? unreached(evidence);
}

function degraded({ refusedKinds, selected }: Evidence): Cause | undefined {
  if (refusedKinds.length > 0) return { code: "no-common-codec" };
  const isSlowWay = selected?.relayProtocol !== undefined && selected.relayProtocol !== "udp";
  return isSlowWay ? { code: "relayed-over-tcp", side: "here" } : undefined;
}

/** What stands in the way before any addresses matter. */
function lost(evidence: Evidence): Cause | undefined {
  const { isOnline, isSignaling, presence, isAnswered, dtls, pairs, link, badSignals } = evidence;
  if (!isOnline) return { code: "offline", side: "here" };
  if (!isSignaling && link !== "closed") return { code: "no-signaling", side: "here" };
  if (presence !== "here") return { code: "silent", side: "there" };
  // Where they have answered a first time, one that makes no sense need not be what stands in the way.
  if (badSignals > 0 && (!isAnswered || link !== "connecting")) return { code: "bad-signals" };
  if (!isAnswered) return { code: "silent", side: "there" };
  const isWay = evidence.ice === "connected" || evidence.ice === "completed";
  // Without a way there is nothing to agree on; Firefox calls that `failed`, too.
  const isTried = isWay || pairs.answered > 0;
  if (isTried && (dtls === "failed" || (dtls !== "connected" && link === "closed")))
    return { code: "dtls-failed" };
  // It is they who are not heard over it.
  if (link === "recovering" && evidence.reason === "silence" && isWay)
    return { code: "silent", side: "there" };
  return undefined;
}

function unreached(evidence: Evidence): Cause {
  const { local, remote, errors, servers, isGathered, isRelayOnly, pairs, link, ice, bytesReceived } =
    evidence;
  const relays = servers.filter(isTurn);
  const ours = local.filter(({ kind }) => kind === "relay");
  const theirs = remote.filter(({ kind }) => kind === "relay");
  const ofRelays = errors.filter(({ url }) => isTurn(url));
  const isDone = isGathered || ice === "failed" || link === "closed";

  if (relays.length > 0 && ours.length === 0 && isDone) {
    if (ofRelays.some(({ code }) => code < 700)) return { code: "relay-unauthorised", side: "here" };
    if (isUdpBlocked(evidence)) return { code: "udp-blocked", side: "here" };
  }
  if (local.length === 0 && isDone)
    return { code: isRelayOnly ? "no-relay-candidate" : "no-candidate", side: "here" };
  if (remote.length === 0 && isDone) return { code: "no-candidate", side: "there" };
  if (isUdpBlocked(evidence) && ours.length === 0) return { code: "udp-blocked", side: "here" };
  if (relays.length > 0 && ours.length === 0 && isDone) return { code: "no-relay-candidate", side: "here" };
  if (!sharesFamily(local, remote)) return { code: "no-common-family" };
  if (pairs.answered === 0 && pairs.asked > 0) return { code: "one-way" };
  if (pairs.answered === 0 && isDone) {
    const priv = onlyPrivate(local) ? "here" : onlyPrivate(remote) ? "there" : undefined;
    const hasRelay = ours.length > 0 && theirs.length > 0;
    if (ours.length > 0 && theirs.length === 0) return { code: "no-relay-candidate", side: "there" };
    if (priv && !hasRelay) {
      const family = (priv === "here" ? local : remote).every((each) => each.family === "mDNS");
      return { code: family ? "local-only" : "only-private-addresses", side: priv };
    }
  }
  if (link === "recovering" && bytesReceived > 0 && ice !== "failed")
    return { code: "silent", side: "there" };
  return { code: isDone ? "no-route" : "slow" };
}

/** Every server that was asked over UDP said nothing. Without one there is no telling. */
function isUdpBlocked({ servers, errors, local, forMs }: Evidence): boolean {
  const asked = servers.filter(isUdp);
  const heard = local.some(
    ({ kind, relayProtocol }) => kind === "srflx" || (kind === "relay" && (relayProtocol ?? "udp") === "udp"),
  );
  // Where packets vanish without a word, Chromium goes on asking, and reports nothing.
  const unheard = (url: string) =>
    forMs > unheardMs || errors.some((error) => error.url === url && error.code >= 700);
  return asked.length > 0 && !heard && asked.every(unheard);
}

function sharesFamily(local: readonly CandidateEvidence[], remote: readonly CandidateEvidence[]): boolean {
  const families = (side: readonly CandidateEvidence[]) => new Set(side.map(({ family }) => family));
  const [here, there] = [families(local), families(remote)];
  // Behind a name there may be either.
  return here.has("mDNS") || there.has("mDNS") || [...here].some((family) => there.has(family));
}

function onlyPrivate(side: readonly CandidateEvidence[]): boolean {
  return side.every(({ kind, isPrivate, family }) => kind === "host" && (isPrivate || family === "mDNS"));
}

/** The candidates in a description, at most 64. */
export function candidatesOf(sdp: string): readonly CandidateEvidence[] {
  const lines = sdp.matchAll(/^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) \d+ typ (host|srflx|prflx|relay)/gim);
  const found = new Map<string, CandidateEvidence>();
  for (const [, protocol = "", address = "", kind = ""] of lines) {
    if (found.size < 64)
      found.set(`${protocol} ${address} ${kind}`.toLowerCase(), candidateOf(protocol, address, kind));
  }
  return [...found.values()];
}

export function candidateOf(protocol: string, address: string, kind: string): CandidateEvidence {
  const family = address.endsWith(".local") ? "mDNS" : address.includes(":") ? "IPv6" : "IPv4";
  return {
    kind: kind.toLowerCase() as CandidateEvidence["kind"],
    protocol: protocol.toLowerCase() as "udp" | "tcp",
    family,
    isPrivate: family === "mDNS" || isPrivateAddress(address.toLowerCase()),
  };
}

/** RFC 6890's address blocks that nobody reaches from outside of them. */
function isPrivateAddress(address: string): boolean {
  return /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab]|::1$)/.test(
    address,
  );
}

/**
 * Kinds of media of which no line was taken (RFC 9429, section 5.3.1). A port of 0 refuses, unless the line is `bundle-only`: then it
 * rides on another one's (RFC 9143, section 6), as in all offers of Firefox.
 */
export function refusedKindsOf(sdp: string): readonly string[] {
  const sections = sdp.split(/^m=/m).slice(1);
  const isTaken = (section: string) => !/^\S+ 0 /.test(section) || /^a=bundle-only/m.test(section);
  return ["audio", "video"].filter((kind) => {
    const ofKind = sections.filter((section) => section.startsWith(`${kind} `));
    return ofKind.length > 0 && !ofKind.some(isTaken);
  });
}
