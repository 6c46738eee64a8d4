import type { Candidate } from "../link/signal.ts";
import type { Entry, Fact, FactBody } from "./facts.ts";
import { type LinkRecording, type Recording, recordingLimits, type Unreadable } from "./recording.ts";
import { type Sample, sampleOf, samplesMost } from "./series.ts";

/** One line of a connection's log in a dump. Older browsers say when as `time`, in words. */
interface Update {
  readonly time?: unknown;
  readonly timestamp?: unknown;
  readonly type: unknown;
  readonly value: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads what `chrome://webrtc-internals` saves ("Create a WebRTC-Internals dump"): `{ PeerConnections: { "<process>-<id>": { updateLog,
 * stats, … } }, UserAgent }`. Each connection becomes a link; who was on the other side, and what went over a server, it does not know.
 */
export function readDump(json: unknown): Recording | Unreadable {
  if (!isObject(json) || !isObject(json["PeerConnections"])) return "unknown-format";
  const connections = Object.entries(json["PeerConnections"]).slice(0, recordingLimits.links);
  const links = connections.flatMap(([id, connection]) =>
    isObject(connection) ? [readConnection(id, connection)] : [],
  );
  const ends = links.map(({ facts }) => facts.at(-1)?.at ?? 0);
  return {
    format: "parlour-inspection",
    version: 1,
    at: Math.max(0, ...ends),
    browser: typeof json["UserAgent"] === "string" ? json["UserAgent"] : "",
    isMasked: false,
    links,
    log: links.flatMap(({ log }) => log).sort((one, other) => one.at - other.at),
    signaling: {},
  };
}

function readConnection(
  id: string,
  connection: Readonly<Record<string, unknown>>,
): LinkRecording & Pick<Recording, "log"> {
  const found = connection["updateLog"];
  const updates = (Array.isArray(found) ? found : []).filter(isObject).slice(0, recordingLimits.facts);
  const facts: Fact[] = [];
  const log: Recording["log"][number][] = [];
  /** What is being set: of some calls only the beginning has the text, of others only the success. */
  const pending: Pending = {};
  let state = "new";
  for (const update of updates as unknown as readonly Update[]) {
    const at = timeOf(update.timestamp ?? update.time);
    const [event, value] = [String(update.type), textOf(update.value)];
    // Newer browsers name events as their handlers: `onicecandidate`.
    const type = event.replace(/^on(?=[a-z])/, "");
    log.push({ at, event, peer: id, ...(value !== "" && { detail: value.slice(0, 2_000) }) });
    if (facts.length === 0) facts.push({ at, kind: "connection", generation: 1 });
    for (const fact of factsOf(type, value, pending)) facts.push({ at, ...fact });
    if (type === "connectionstatechange") state = stateOf(value);
  }
  const { url, rtcConfiguration } = connection;
  const series = seriesOf(connection["stats"]);
  return {
    peer: id,
    name: `${hostOf(url)} ${id}`.trim(),
    state,
    facts,
    dropped: 0,
    log,
    stats: statsAt(series, 0),
    samples: samplesOf(series),
    channels: [],
    servers: textOf(rtcConfiguration).match(/\b(?:stun|turn)s?:[^\s"',\]}]+/g) ?? [],
  };
}

type Pending = { local?: ReturnType<typeof descriptionOf>; remote?: ReturnType<typeof descriptionOf> };

/** Older dumps have times as dates in words, newer ones as milliseconds. */
function timeOf(time: unknown): number {
  if (typeof time === "number") return time;
  const read = /^\d+(?:\.\d+)?$/.test(String(time)) ? Number(time) : Date.parse(String(time));
  return Number.isFinite(read) ? read : 0;
}
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
const stateOf = (value: string): string => value.replace(/^"|"$/g, "");
function hostOf(url: unknown): string {
  return /^https?:\/\/([^/]+)/.exec(String(url))?.[1] ?? "";
}

/** Both ways of writing it that were seen: `type: offer, sdp: v=0…` and JSON. */
function descriptionOf(
  value: string,
): { readonly type: "offer" | "answer"; readonly sdp: string } | undefined {
  const sdp = value.indexOf("sdp: ");
  const [, type] = /^type: (offer|answer)\b/.exec(value) ?? [];
  if (type !== undefined && sdp > 0) return { type: type as "offer" | "answer", sdp: value.slice(sdp + 5) };
  const json = jsonOf(value);
  const { type: kind, sdp: text } = json ?? {};
  if ((kind === "offer" || kind === "answer") && typeof text === "string") return { type: kind, sdp: text };
  return undefined;
}
function jsonOf(value: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(value);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function candidateOf(value: string): Candidate | undefined {
  const json = jsonOf(value);
  const text =
    typeof json?.["candidate"] === "string"
      ? json["candidate"]
      : /candidate: ?(candidate:.*?)(?:, (?:url|relayProtocol|usernameFragment): ?.*)?$/.exec(value)?.[1];
  if (text === undefined) return undefined;
  const mid = typeof json?.["sdpMid"] === "string" ? json["sdpMid"] : /sdpMid: ([^,]*)/.exec(value)?.[1];
  return { candidate: text, ...(mid !== undefined && { sdpMid: mid }) };
}

const stateKinds: Readonly<Record<string, "ice" | "gathering" | "signaling" | "connection">> = {
  iceconnectionstatechange: "ice",
  icegatheringstatechange: "gathering",
  signalingstatechange: "signaling",
  connectionstatechange: "connection",
};

function factsOf(type: string, value: string, pending: Pending): readonly FactBody[] {
  const side = /local/i.test(type) ? "local" : "remote";
  if (/^set(?:Local|Remote)Description$/.test(type)) {
    pending[side] = descriptionOf(value);
    return [{ kind: "setting", side }];
  }
  if (/^set(?:Local|Remote)DescriptionOnSuccess$/.test(type)) {
    const set = descriptionOf(value) ?? pending[side];
    pending[side] = undefined;
    return set === undefined ? [] : [{ kind: "description", side, ...set }];
  }
  const of = Object.hasOwn(stateKinds, type) ? stateKinds[type] : undefined;
  if (of !== undefined) {
    const state = stateOf(value);
    return [
      { kind: "state", of, state },
      // There is no link of ours around it: the connection stands for it.
      ...(of === "connection" && state === "connected"
        ? [{ kind: "state", of: "link", state } as const]
        : []),
    ];
  }
  if (type === "icecandidate" || type === "addIceCandidate") {
    const candidate = candidateOf(value);
    return candidate === undefined
      ? []
      : [{ kind: "candidates", side: type === "icecandidate" ? "local" : "remote", candidates: [candidate] }];
  }
  if (type === "icecandidateerror" || type === "icecandidateError")
    return [{ kind: "trouble", what: "server-error", detail: value.slice(0, 300) }];
  if (/OnFailure$/.test(type)) return [{ kind: "trouble", what: "refused", detail: value.slice(0, 300) }];
  if (type === "track") {
    const media = /kind"?:\s*['"]?(audio|video)/.exec(value)?.[1] as "audio" | "video" | undefined;
    return media === undefined ? [] : [{ kind: "track", media, state: "added" }];
  }
  if (type === "datachannel") {
    const name = /label"?: ?"?([^",}]*)/.exec(value)?.[1] ?? "";
    return [{ kind: "state", of: "channel", state: "open", name }];
  }
  return [];
}

type Series = readonly (readonly [id: string, member: string, type: unknown, values: readonly unknown[]])[];

/** Each statistic over time: `"<id>-<member>": { statsType, values: "[…]" }`. */
function seriesOf(stats: unknown): Series {
  if (!isObject(stats)) return [];
  const entries = Object.entries(stats).slice(0, 50 * recordingLimits.stats);
  return entries.flatMap(([name, series]) => {
    const at = name.lastIndexOf("-");
    const [id, member] = [name.slice(0, at), name.slice(at + 1)];
    // In brackets are what the browser's page makes of them for its own lines.
    if (at < 1 || member.startsWith("[") || !isObject(series)) return [];
    const values = typeof series["values"] === "string" ? jsonList(series["values"]) : series["values"];
    return Array.isArray(values) ? [[id, member, series["statsType"], values] as const] : [];
  });
}

/** What was known at the last look, or so many before it: all series end with the same one. */
function statsAt(series: Series, looksBefore: number): readonly Entry[] {
  const entries = new Map<string, Record<string, unknown>>();
  for (const [id, member, type, values] of series) {
    const value = values.at(-1 - looksBefore);
    if (value === undefined) continue;
    const known = entries.get(id) ?? { id, type };
    if (!entries.has(id) && entries.size >= recordingLimits.stats) continue;
    known[member] = member === "type" ? type : value;
    entries.set(id, known);
  }
  return [...entries.values()];
}

function samplesOf(series: Series): readonly Sample[] {
  const looks = Math.min(samplesMost, Math.max(0, ...series.map(([, , , values]) => values.length)));
  return Array.from({ length: looks }, (_, index) => {
    const stats = statsAt(series, looks - 1 - index);
    const times = stats.map(({ timestamp }) => (typeof timestamp === "number" ? timestamp : 0));
    return sampleOf(Math.max(0, ...times), stats, []);
  }).filter(({ at }) => at > 0);
}
function jsonList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
