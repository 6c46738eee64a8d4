import type { Entry, Fact } from "./facts.ts";

/** A candidate line (RFC 8839, section 5.1), taken apart. */
export interface CandidateLine {
  readonly foundation: string;
  readonly component: number;
  readonly protocol: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly type: string;
  /** Where a reflexive or relayed one comes from. */
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
  readonly tcpType?: string;
  readonly ufrag?: string;
}

const line =
  /^(?:a=)?candidate:(\S+) (\d+) (\S+) (\d+) (\S+) (\d+) typ (\S+)(?: raddr (\S+) rport (\d+))?(?: tcptype (\S+))?/i;

/** Undefined when it is no candidate line, as the empty one that ends them. */
export function readCandidate(text: string): CandidateLine | undefined {
  const found = line.exec(text.trim());
  if (found === null) return undefined;
  const [, foundation = "", component, protocol = "", priority, address = "", port, type = ""] = found;
  const [relatedAddress, relatedPort, tcpType] = found.slice(8);
  const ufrag = / ufrag (\S+)/.exec(text)?.[1];
  return {
    foundation,
    component: Number(component),
    protocol: protocol.toLowerCase(),
    priority: Number(priority),
    address,
    port: Number(port),
    type,
    ...(relatedAddress !== undefined && { relatedAddress, relatedPort: Number(relatedPort) }),
    ...(tcpType !== undefined && { tcpType }),
    ...(ufrag !== undefined && { ufrag }),
  };
}

/** What a priority is made of: 2^24 · type preference + 2^8 · local preference + (256 − component) (RFC 8445, section 5.1.2.1). */
export interface PriorityParts {
  /** 126 host, 110 peer reflexive, 100 server reflexive, 0 relayed are recommended (section 5.1.2.2). */
  readonly typePreference: number;
  readonly localPreference: number;
  readonly component: number;
}
export function priorityParts(priority: number): PriorityParts {
  return {
    typePreference: Math.floor(priority / 2 ** 24),
    localPreference: Math.floor(priority / 2 ** 8) % 2 ** 16,
    component: 256 - (priority % 2 ** 8),
  };
}

/** 2^32 · min(G, D) + 2 · max(G, D) + (G > D ? 1 : 0), G of the controlling side (RFC 8445, section 6.1.2.3), in decimal: too large for a number. */
export function pairPriority(controlling: number, controlled: number): string {
  const [g, d] = [BigInt(controlling), BigInt(controlled)];
  const [least, most] = g < d ? [g, d] : [d, g];
  return String((least << 32n) + 2n * most + (g > d ? 1n : 0n));
}

/** One row of the table of candidates. */
export interface CandidateRow extends CandidateLine {
  readonly side: "local" | "remote";
  /** When it was found or came. */
  readonly at: number;
  readonly mid: string | undefined;
  /** The server that told of it, where the browser says. */
  readonly url: string | undefined;
  readonly parts: PriorityParts;
}

/** All candidates of the present connection, both sides', each once, oldest first. */
export function candidateRows(facts: readonly Fact[], stats: readonly Entry[] = []): readonly CandidateRow[] {
  const rows = new Map<string, CandidateRow>();
  for (const fact of facts) {
    if (fact.kind === "connection") rows.clear();
    if (fact.kind === "candidates")
      for (const { candidate, sdpMid } of fact.candidates)
        add(rows, candidate, fact.side, fact.at, sdpMid ?? undefined, stats);
    // Those that came inside of a description.
    if (fact.kind === "description")
      for (const [text] of fact.sdp.matchAll(/^a=candidate:.*$/gm))
        add(rows, text, fact.side, fact.at, undefined, stats);
  }
  return [...rows.values()];
}

function add(
  rows: Map<string, CandidateRow>,
  text: string,
  side: "local" | "remote",
  at: number,
  mid: string | undefined,
  stats: readonly Entry[],
): void {
  const read = readCandidate(text);
  if (read === undefined) return;
  const { type, protocol, address, port, component } = read;
  const key = `${side} ${type} ${protocol} ${address} ${port} ${component} ${read.relatedPort}`;
  if (rows.has(key)) return;
  const known = stats.find(
    (entry) =>
      entry["type"] === `${side}-candidate` &&
      entry["candidateType"] === type &&
      entry["port"] === port &&
      (entry["address"] ?? entry["ip"] ?? address) === address,
  );
  const url = typeof known?.["url"] === "string" && known["url"] !== "" ? known["url"] : undefined;
  rows.set(key, { ...read, side, at, mid, url, parts: priorityParts(read.priority) });
}

/** One row of the table of pairs. */
export interface PairRow {
  readonly id: string;
  readonly state: string;
  readonly isSelected: boolean;
  readonly isNominated: boolean;
  readonly local: string;
  readonly remote: string;
  readonly localType: string;
  readonly remoteType: string;
  readonly protocol: string;
  readonly localPriority: number | undefined;
  readonly remotePriority: number | undefined;
  /** Undefined while it is not known who controls. */
  readonly priority: string | undefined;
  readonly rttMs: number | undefined;
  readonly requestsSent: number;
  readonly responsesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

const numberIn = (entry: Entry | undefined, key: string): number | undefined => {
  const value = entry?.[key];
  return typeof value === "number" ? value : undefined;
};
const textIn = (entry: Entry | undefined, key: string): string => {
  const value = entry?.[key];
  return typeof value === "string" ? value : "";
};

/** Whether this side controls, and so nominates: as the browser says, else the one that made the first offer does (RFC 8445, section 6.1.1). */
export function isControlling(facts: readonly Fact[], stats: readonly Entry[]): boolean | undefined {
  const role = stats.map((entry) => textIn(entry, "iceRole")).find((one) => one.startsWith("controll"));
  if (role !== undefined) return role === "controlling";
  const begun = facts.findLastIndex(({ kind }) => kind === "connection");
  const first = facts.slice(begun + 1).find((fact) => fact.kind === "description");
  return first?.kind === "description" ? (first.side === "local") === (first.type === "offer") : undefined;
}

/** `address:port`, an IPv6 address in brackets. */
export function endpointText(address: string | undefined, port: number | undefined): string {
  if (address === undefined || address === "") return port === undefined ? "" : `?:${port}`;
  return `${address.includes(":") ? `[${address}]` : address}:${port ?? "?"}`;
}

/** All pairs that the browser knows, the chosen one first, then by priority. */
export function pairRows(facts: readonly Fact[], stats: readonly Entry[]): readonly PairRow[] {
  const byId = new Map(stats.map((entry) => [entry["id"], entry]));
  const controls = isControlling(facts, stats);
  const selected = stats
    .filter((entry) => entry["type"] === "transport")
    .map((entry) => entry["selectedCandidatePairId"])
    .find((id) => id !== undefined);
  const rows = stats
    .filter((entry) => entry["type"] === "candidate-pair")
    .map((entry): PairRow => {
      const local = byId.get(entry["localCandidateId"]);
      const remote = byId.get(entry["remoteCandidateId"]);
      const [mine, theirs] = [numberIn(local, "priority"), numberIn(remote, "priority")];
      const isKnown = mine !== undefined && theirs !== undefined && controls !== undefined;
      const rtt = numberIn(entry, "currentRoundTripTime");
      const place = (end: Entry | undefined) =>
        endpointText(textIn(end, "address") || textIn(end, "ip"), numberIn(end, "port"));
      return {
        id: textIn(entry, "id"),
        state: textIn(entry, "state"),
        isSelected: selected === undefined ? entry["selected"] === true : entry["id"] === selected,
        isNominated: entry["nominated"] === true,
        local: place(local),
        remote: place(remote),
        localType: textIn(local, "candidateType"),
        remoteType: textIn(remote, "candidateType"),
        protocol: textIn(local, "relayProtocol") || textIn(local, "protocol"),
        localPriority: mine,
        remotePriority: theirs,
        priority: isKnown ? (controls ? pairPriority(mine, theirs) : pairPriority(theirs, mine)) : undefined,
        rttMs: rtt === undefined ? undefined : Math.round(rtt * 10_000) / 10,
        requestsSent: numberIn(entry, "requestsSent") ?? 0,
        responsesReceived: numberIn(entry, "responsesReceived") ?? 0,
        bytesSent: numberIn(entry, "bytesSent") ?? 0,
        bytesReceived: numberIn(entry, "bytesReceived") ?? 0,
      };
    });
  const order = (row: PairRow) => (row.isSelected ? 1n << 80n : BigInt(row.priority ?? 0));
  return rows.sort((one, other) => (order(one) < order(other) ? 1 : order(one) > order(other) ? -1 : 0));
}
