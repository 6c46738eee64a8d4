import type { ChannelState, Entry, Fact, ForwarderNow, SctpState, Traffic } from "./facts.ts";
import { readSamples, type Sample } from "./series.ts";

/** What one link's inspection is saved as; or that of the connection to a forwarder, which has `forwarder`. */
export interface LinkRecording {
  readonly peer: string;
  readonly name: string;
  readonly state: string;
  readonly path?: string;
  readonly diagnosis?: { readonly code: string; readonly side?: string; readonly evidence?: unknown };
  readonly facts: readonly Fact[];
  /** Facts that were let go of, to keep the recording bounded. */
  readonly dropped: number;
  readonly stats: readonly Entry[];
  readonly samples: readonly Sample[];
  readonly channels: readonly ChannelState[];
  readonly sctp?: SctpState;
  /** ICE servers, as URLs. */
  readonly servers: readonly string[];
  /** What the server had passed on when this link was connected first. */
  readonly signalingThen?: SignalingCounts;
  /** What flowed over the forwarder when it was looked at. */
  readonly forwarder?: ForwarderNow;
}

/** What went over the server, by kind of frame. */
export type SignalingCounts = Readonly<Record<string, Traffic>>;

/** A line of the room's own log. */
export interface LogLine {
  readonly at: number;
  readonly peer?: string;
  readonly event: string;
  readonly detail?: unknown;
}

/** Everything that the inspector shows, in one file. */
export interface Recording {
  readonly format: "parlour-inspection";
  readonly version: 1;
  /** When it was saved, ms since 1970. */
  readonly at: number;
  readonly browser: string;
  /** Addresses, keys and names are replaced. */
  readonly isMasked: boolean;
  readonly links: readonly LinkRecording[];
  readonly log: readonly LogLine[];
  readonly signaling: SignalingCounts;
}

/** Bounds of what is opened: a file may be anything. */
export const recordingLimits = {
  characters: 64 * 1024 * 1024,
  links: 128,
  facts: 20_000,
  stats: 2_000,
  log: 20_000,
};

/** Why a file is not opened. */
export type Unreadable = "too-large" | "not-json" | "unknown-format" | "newer-version";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown, most: number): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, most) : [];
const text = (value: unknown, fallback = ""): string => (typeof value === "string" ? value : fallback);
const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const objects = (value: unknown, most: number) => list(value, most).filter(isObject);

/** Reads a saved recording. What in it is not as it should be is left out. */
export function readRecording(json: unknown): Recording | Unreadable {
  if (!isObject(json) || json["format"] !== "parlour-inspection") return "unknown-format";
  if (json["version"] !== 1) return "newer-version";
  return {
    format: "parlour-inspection",
    version: 1,
    at: count(json["at"]),
    browser: text(json["browser"]),
    isMasked: json["isMasked"] === true,
    links: objects(json["links"], recordingLimits.links).map(readLink),
    log: objects(json["log"], recordingLimits.log).map((line) => ({
      at: count(line["at"]),
      event: text(line["event"]),
      ...(typeof line["peer"] === "string" && { peer: line["peer"] }),
      ...(line["detail"] !== undefined && { detail: line["detail"] }),
    })),
    signaling: readCounts(json["signaling"]),
  };
}

function readLink(link: Readonly<Record<string, unknown>>): LinkRecording {
  const { diagnosis, sctp } = link;
  const said = isObject(diagnosis) && {
    diagnosis: {
      code: text(diagnosis["code"]),
      ...(typeof diagnosis["side"] === "string" && { side: diagnosis["side"] }),
      evidence: diagnosis["evidence"],
    },
  };
  return {
    peer: text(link["peer"]),
    name: text(link["name"]),
    state: text(link["state"]),
    ...(typeof link["path"] === "string" && { path: link["path"] }),
    ...said,
    facts: objects(link["facts"], recordingLimits.facts).filter(isFact),
    dropped: count(link["dropped"]),
    stats: objects(link["stats"], recordingLimits.stats),
    samples: readSamples(link["samples"]),
    channels: objects(link["channels"], 1_024).map((channel) => ({
      label: text(channel["label"]),
      id: typeof channel["id"] === "number" ? channel["id"] : null,
      state: text(channel["state"]),
      isOrdered: channel["isOrdered"] !== false,
      maxRetransmits: typeof channel["maxRetransmits"] === "number" ? channel["maxRetransmits"] : null,
      bufferedAmount: count(channel["bufferedAmount"]),
    })),
    ...(isObject(sctp) && {
      sctp: {
        state: text(sctp["state"]),
        maxMessageSize: count(sctp["maxMessageSize"]),
        maxChannels: typeof sctp["maxChannels"] === "number" ? sctp["maxChannels"] : null,
      },
    }),
    servers: list(link["servers"], 64).filter((url) => typeof url === "string"),
    ...(isObject(link["signalingThen"]) && { signalingThen: readCounts(link["signalingThen"]) }),
    ...(isObject(link["forwarder"]) && { forwarder: readForwarder(link["forwarder"]) }),
  };
}

const linesMost = 256;

function readForwarder(now: Readonly<Record<string, unknown>>): ForwarderNow {
  const { said } = now;
  const number = <Name extends string>(from: Readonly<Record<string, unknown>>, name: Name) =>
    typeof from[name] === "number" && ({ [name]: from[name] } as { [Key in Name]: number });
  return {
    sends: objects(now["sends"], linesMost).map((line) => ({
      mid: text(line["mid"]),
      source: text(line["source"]),
      media: text(line["media"]),
    })),
    places: objects(now["places"], linesMost).map((place) => ({
      mid: text(place["mid"]),
      media: text(place["media"]),
      ...(typeof place["peer"] === "string" && { peer: place["peer"], source: text(place["source"]) }),
      ...number(place, "layer"),
      ...number(place, "layers"),
      ...number(place, "height"),
    })),
    ...(isObject(said) && {
      said: {
        downlinkBits: count(said["downlinkBits"]),
        lossShare: count(said["lossShare"]),
        resent: count(said["resent"]),
        ...number(said, "roundTripMs"),
      },
    }),
  };
}

function readCounts(value: unknown): SignalingCounts {
  if (!isObject(value)) return {};
  const kinds = Object.entries(value).slice(0, 256);
  return Object.fromEntries(
    kinds.flatMap(([kind, counts]) =>
      isObject(counts)
        ? [
            [
              kind,
              {
                framesSent: count(counts["framesSent"]),
                framesReceived: count(counts["framesReceived"]),
                bytesSent: count(counts["bytesSent"]),
                bytesReceived: count(counts["bytesReceived"]),
              },
            ],
          ]
        : [],
    ),
  );
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const oneOf =
  (...known: readonly string[]): Check =>
  (value) =>
    known.includes(value as string);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isSide = oneOf("local", "remote");
const isEnd: Check = (value) => isObject(value) && isText(value["type"]) && isText(value["protocol"]);
const isCandidates: Check = (value) =>
  Array.isArray(value) && value.every((one) => isObject(one) && isText(one["candidate"]));

/** What each kind of fact must have for the story to be told from it. */
const shapes: Readonly<Record<Fact["kind"], Readonly<Record<string, Check>>>> = {
  connection: { generation: isNumber },
  setting: { side: isSide },
  description: { side: isSide, type: oneOf("offer", "answer"), sdp: isText },
  candidates: { side: isSide, candidates: isCandidates },
  signal: { way: oneOf("sent", "received"), type: isText, bytes: isNumber, count: maybe(isNumber) },
  state: { of: isText, state: isText, reason: maybe(isText), name: maybe(isText) },
  pair: { local: isEnd, remote: isEnd, rttMs: maybe(isNumber) },
  track: { media: isText, state: oneOf("added", "flowing", "paused", "ended"), mid: maybe(isText) },
  recovery: { rung: oneOf("restart", "rebuild", "revive", "close"), reason: isText },
  trouble: { what: isText, detail: isText },
};

function isFact(value: Readonly<Record<string, unknown>>): value is Fact & Record<string, unknown> {
  const kind = value["kind"];
  if (!isNumber(value["at"]) || typeof kind !== "string" || !Object.hasOwn(shapes, kind)) return false;
  const shape = shapes[kind as Fact["kind"]];
  return Object.entries(shape).every(([key, check]) => check(value[key]));
}
