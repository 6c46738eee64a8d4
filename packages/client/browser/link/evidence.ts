import {
  type CandidateEvidence,
  candidateOf,
  candidatesOf,
  type Evidence,
  refusedKindsOf,
} from "../../core/link/diagnosis.ts";
import type { LinkStatus } from "../../core/link/link.ts";
import type { LinkSetup } from "../seams.ts";
import { type Entry, pairOf } from "./statistics.ts";

/** What a link knows of itself without asking anyone. */
export interface Observed {
  readonly status: LinkStatus;
  /** How many signals of the other page made no sense, since there is the link. */
  readonly violations: number;
  /** When it came into that. */
  readonly since: number;
  readonly connection: RTCPeerConnection | undefined;
  /** Of this connection, as the browser fired them. */
  readonly errors: readonly RTCPeerConnectionIceErrorEvent[];
}
/** What it was set up with. */
export type Around = Pick<LinkSetup, "iceServers" | "rtc" | "situation">;

type OfConnection = Pick<
  Evidence,
  | "isAnswered"
  | "isGathered"
  | "ice"
  | "dtls"
  | "local"
  | "remote"
  | "pairs"
  | "refusedKinds"
  | "bytesReceived"
  | "selected"
>;

/** What can be seen of a connection as it is, without asking for its statistics. */
export type Met = Omit<OfConnection, "pairs" | "bytesReceived" | "selected">;

const nothing: OfConnection = {
  isAnswered: false,
  isGathered: false,
  ice: "new",
  dtls: "new",
  local: [],
  remote: [],
  pairs: { tried: 0, failed: 0, answered: 0, asked: 0 },
  refusedKinds: [],
  bytesReceived: 0,
};

/** All that is known now. Where there is no connection, what was known of the last one. */
export function evidenceOf(
  { iceServers, rtc, situation }: Around,
  { status, since, connection, errors }: Observed,
  now: number,
  found: Partial<OfConnection> | undefined,
  before?: Evidence,
  badSignals = 0,
): Evidence {
  const said = errors.map(({ url, errorCode, errorText }) => ({
    url: url.slice(0, 200),
    code: errorCode,
    text: errorText.slice(0, 100),
  }));
  return {
    ...(before ?? nothing),
    ...found,
    link: status.state,
    ...("reason" in status && { reason: status.reason }),
    forMs: Math.round(now - since),
    isOnline: typeof navigator !== "object" || navigator.onLine !== false,
    ...(situation?.() ?? { isSignaling: true, presence: "here" }),
    servers: [...iceServers, ...(rtc.iceServers ?? [])].flatMap(({ urls }) => urls),
    isRelayOnly: (connection?.getConfiguration() ?? rtc).iceTransportPolicy === "relay",
    badSignals,
    errors: connection || !before ? said : before.errors,
  };
}

export function metOf(connection: RTCPeerConnection): Met {
  const localSdp = connection.localDescription?.sdp ?? "";
  const remoteSdp = connection.remoteDescription?.sdp ?? "";
  const transport = connection.sctp?.transport ?? connection.getSenders()[0]?.transport;
  return {
    isAnswered: remoteSdp !== "",
    isGathered: connection.iceGatheringState === "complete",
    ice: connection.iceConnectionState,
    dtls: transport?.state ?? "new",
    local: candidatesOf(localSdp),
    remote: candidatesOf(remoteSdp),
    // Who answers refuses in its own description; what the other side offered looks well.
    refusedKinds: [...new Set([remoteSdp, localSdp].flatMap(refusedKindsOf))],
  };
}

/** That, and what its statistics say. */
export function foundOf(met: Met, report: RTCStatsReport): OfConnection {
  const entries = [...report.values()] as Entry[];
  const of = (type: string) => entries.filter((entry) => entry["type"] === type);
  const count = (pairs: readonly Entry[], isCounted: (pair: Entry) => unknown) =>
    pairs.filter(isCounted).length;
  const pairs = of("candidate-pair");
  const relays = of("local-candidate")
    .filter((entry) => entry["candidateType"] === "relay")
    .map(fromStatistics);
  const selected = report.get(pairOf(report)?.["localCandidateId"] as string) as Entry | undefined;
  return {
    ...met,
    local: relays.length > 0 ? [...met.local.filter(({ kind }) => kind !== "relay"), ...relays] : met.local,
    selected: selected && fromStatistics(selected),
    pairs: {
      tried: pairs.length,
      failed: count(pairs, (pair) => pair["state"] === "failed"),
      answered: count(
        pairs,
        (pair) => Number(pair["responsesReceived"]) > 0 || pair["state"] === "succeeded",
      ),
      asked: count(pairs, (pair) => Number(pair["requestsReceived"]) > 0),
    },
    bytesReceived: pairs.reduce((sum, pair) => sum + (Number(pair["bytesReceived"]) || 0), 0),
  };
}

function fromStatistics(entry: Entry): CandidateEvidence {
  const text = (key: string): string => String(entry[key] ?? "");
  const made = candidateOf(text("protocol"), text("address"), text("candidateType"));
  return entry["relayProtocol"] ? { ...made, relayProtocol: text("relayProtocol") } : made;
}
