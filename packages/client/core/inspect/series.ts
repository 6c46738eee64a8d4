import type { ChannelState, Entry } from "./facts.ts";

/** Counters and gauges of one link at one moment, as the charts need them: what `getStats()` says, without the rest. */
export interface Sample {
  readonly at: number;
  /** Bytes so far over the chosen pair, both ways. */
  readonly link: Gauges;
  /** By the track's place and direction, as `in video 1`. */
  readonly tracks: Readonly<Record<string, Gauges>>;
  /** By label. */
  readonly channels: Readonly<Record<string, Gauges>>;
  /** Why a picture that is sent is smaller or slower than it might be, by the same names as `tracks`. */
  readonly limits: Readonly<Record<string, string>>;
}
export type Gauges = Readonly<Record<string, number>>;

/** Samples that are kept: at one a second, five minutes. */
export const samplesMost = 300;

type Source = readonly [name: string, key: string, scale?: number];
const inbound: readonly Source[] = [
  ["bytes", "bytesReceived"],
  ["packets", "packetsReceived"],
  ["lost", "packetsLost"],
  ["jitterMs", "jitter", 1000],
  ["frames", "framesDecoded"],
  ["height", "frameHeight"],
  ["width", "frameWidth"],
  ["freezes", "freezeCount"],
  ["concealed", "concealedSamples"],
];
const outbound: readonly Source[] = [
  ["bytes", "bytesSent"],
  ["packets", "packetsSent"],
  ["frames", "framesEncoded"],
  ["height", "frameHeight"],
  ["width", "frameWidth"],
  ["retransmitted", "retransmittedPacketsSent"],
  ["keyFrames", "keyFramesEncoded"],
];
const farEnd: readonly Source[] = [
  ["roundTripMs", "roundTripTime", 1000],
  ["farJitterMs", "jitter", 1000],
  ["farLoss", "fractionLost"],
];
const pair: readonly Source[] = [
  ["bytesSent", "bytesSent"],
  ["bytesReceived", "bytesReceived"],
  ["roundTripMs", "currentRoundTripTime", 1000],
  ["availableOut", "availableOutgoingBitrate"],
];
const channel: readonly Source[] = [
  ["bytesSent", "bytesSent"],
  ["bytesReceived", "bytesReceived"],
  ["messagesSent", "messagesSent"],
  ["messagesReceived", "messagesReceived"],
];

function gauges(entry: Entry, sources: readonly Source[]): Gauges {
  const found: Record<string, number> = {};
  for (const [name, key, scale = 1] of sources) {
    const value = entry[key];
    if (typeof value === "number") found[name] = value * scale;
  }
  return found;
}

/** What the charts need of one look at a connection. */
export function sampleOf(at: number, stats: readonly Entry[], channels: readonly ChannelState[]): Sample {
  const of = (type: string) => stats.filter((entry) => entry["type"] === type);
  const byId = new Map(stats.map((entry) => [entry["id"], entry]));
  const chosen =
    byId.get(
      of("transport")
        .map((entry) => entry["selectedCandidatePairId"])
        .find(Boolean),
    ) ??
    of("candidate-pair").find(
      (entry) =>
        entry["selected"] === true || (entry["nominated"] === true && entry["state"] === "succeeded"),
    );
  const tracks: Record<string, Gauges> = {};
  const limits: Record<string, string> = {};
  const nameOf = (way: string, entry: Entry, index: number) =>
    `${way} ${entry["kind"] ?? "?"} ${entry["mid"] ?? index}${entry["rid"] === undefined ? "" : ` ${entry["rid"]}`}`;
  for (const [index, entry] of of("inbound-rtp").entries())
    tracks[nameOf("in", entry, index)] = gauges(entry, inbound);
  for (const [index, entry] of of("outbound-rtp").entries()) {
    const name = nameOf("out", entry, index);
    const far = of("remote-inbound-rtp").find((one) => one["localId"] === entry["id"]);
    tracks[name] = { ...gauges(entry, outbound), ...(far && gauges(far, farEnd)) };
    const limit = entry["qualityLimitationReason"];
    if (typeof limit === "string") limits[name] = limit;
  }
  const perChannel: Record<string, Gauges> = {};
  for (const entry of of("data-channel")) {
    const label = String(entry["label"]);
    const now = channels.find((one) => one.label === label);
    perChannel[label] = {
      ...gauges(entry, channel),
      ...(now && { bufferedAmount: now.bufferedAmount }),
    };
  }
  return { at, link: chosen ? gauges(chosen, pair) : {}, tracks, channels: perChannel, limits };
}

/** One line of a chart: its values, one per sample; undefined where there is none. */
export type Points = readonly (number | undefined)[];

/** The values of a gauge, as they are. */
export function gauge(samples: readonly Sample[], pick: (sample: Sample) => number | undefined): Points {
  return samples.map(pick);
}

/** What a counter grew by, per second; a counter that starts anew (another connection) grows by nothing. */
export function rate(samples: readonly Sample[], pick: (sample: Sample) => number | undefined): Points {
  return samples.map((sample, index) => {
    const before = samples[index - 1];
    const [now, then] = [pick(sample), before && pick(before)];
    if (now === undefined || then === undefined || before === undefined || now < then) return undefined;
    const seconds = (sample.at - before.at) / 1000;
    return seconds > 0 ? (now - then) / seconds : undefined;
  });
}

/** Part of the packets that did not arrive since the sample before, 0 to 1. */
export function loss(samples: readonly Sample[], track: string): Points {
  return samples.map((sample, index) => {
    const [now, then] = [sample.tracks[track], samples[index - 1]?.tracks[track]];
    const grown = (key: string) => (now?.[key] ?? 0) - (then?.[key] ?? 0);
    if (now?.["packets"] === undefined || then?.["packets"] === undefined) return undefined;
    const [got, lost] = [grown("packets"), Math.max(0, grown("lost"))];
    return got < 0 ? undefined : got + lost === 0 ? 0 : lost / (got + lost);
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const numbers = (value: unknown): Gauges =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
      )
    : {};
const groups = (value: unknown): Record<string, Gauges> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .slice(0, 256)
          .map(([name, inner]) => [name, numbers(inner)]),
      )
    : {};

/** Samples from a file; what is none is left out. */
export function readSamples(value: unknown): readonly Sample[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(-samplesMost)
    .filter(isObject)
    .filter(({ at }) => typeof at === "number")
    .map((sample) => ({
      at: sample["at"] as number,
      link: numbers(sample["link"]),
      tracks: groups(sample["tracks"]),
      channels: groups(sample["channels"]),
      limits: isObject(sample["limits"])
        ? Object.fromEntries(Object.entries(sample["limits"]).map(([name, limit]) => [name, String(limit)]))
        : {},
    }));
}
