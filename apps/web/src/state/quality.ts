import type { PeerId, Room } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";

/** How the connection to one person does, as far as the browser tells. */
export interface LinkNumbers {
  readonly roundTripMs: number | undefined;
  /** Part of the packets that did not arrive lately, 0 to 1: the worse of both ways. */
  readonly loss: number | undefined;
  readonly receivedKbps: number | undefined;
  readonly sentKbps: number | undefined;
  readonly picture: PictureNumbers | undefined;
  readonly pictureSent: PictureNumbers | undefined;
  /** Names such as `VP8`, of what comes in. */
  readonly codecs: readonly string[];
}
export interface PictureNumbers {
  readonly width: number;
  readonly height: number;
  readonly perSecond: number | undefined;
}

/** Counters at one moment; two of them make rates. */
export interface LinkCounters {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

type Stats = Readonly<Record<string, unknown>>;
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const sum = (stats: readonly Stats[], key: string): number =>
  stats.reduce((total, entry) => total + (number(entry[key]) ?? 0), 0);

/** Reads the standard's statistics (Identifiers for WebRTC's Statistics API) of one connection. */
export function readLink(
  stats: readonly Stats[],
  at: number,
  before: LinkCounters | undefined,
): { readonly numbers: LinkNumbers; readonly counters: LinkCounters } {
  const ofType = (type: string) => stats.filter((entry) => entry["type"] === type);
  const inbound = ofType("inbound-rtp");
  const outbound = ofType("outbound-rtp");
  const farEnds = ofType("remote-inbound-rtp");
  const pair = ofType("candidate-pair").find(
    (entry) => entry["nominated"] === true && entry["state"] === "succeeded",
  );
  const counters: LinkCounters = {
    at,
    received: sum(inbound, "packetsReceived"),
    lost: sum(inbound, "packetsLost"),
    bytesReceived: sum(inbound, "bytesReceived"),
    bytesSent: sum(outbound, "bytesSent"),
  };
  const seconds = before === undefined ? 0 : (at - before.at) / 1000;
  const rate = (now: number, then: number | undefined): number | undefined =>
    seconds > 0 && then !== undefined ? Math.max(0, ((now - then) * 8) / 1000 / seconds) : undefined;
  const roundTrip = number(pair?.["currentRoundTripTime"]) ?? number(farEnds[0]?.["roundTripTime"]);
  const losses = [
    lossBetween(counters, before),
    ...farEnds.map((entry) => number(entry["fractionLost"])),
  ].filter((loss) => loss !== undefined);
  const usedCodecs = new Set(inbound.map((entry) => entry["codecId"]));
  return {
    counters,
    numbers: {
      roundTripMs: roundTrip === undefined ? undefined : Math.round(roundTrip * 1000),
      loss: losses.length === 0 ? undefined : Math.max(...losses),
      receivedKbps: rate(counters.bytesReceived, before?.bytesReceived),
      sentKbps: rate(counters.bytesSent, before?.bytesSent),
      picture: pictureOf(inbound),
      pictureSent: pictureOf(outbound),
      codecs: ofType("codec")
        .filter((entry) => usedCodecs.has(entry["id"]))
        .map((entry) => String(entry["mimeType"]).split("/").at(-1) ?? ""),
    },
  };
}

function lossBetween(now: LinkCounters, before: LinkCounters | undefined): number | undefined {
  if (before === undefined) return undefined;
  const lost = now.lost - before.lost;
  const expected = now.received - before.received + lost;
  // A few packets say nothing; counters start anew with a new connection.
  return expected < 20 || lost < 0 ? undefined : lost / expected;
}

function pictureOf(streams: readonly Stats[]): PictureNumbers | undefined {
  const sizes = streams.flatMap((entry) => {
    const width = number(entry["frameWidth"]);
    const height = number(entry["frameHeight"]);
    if (entry["kind"] !== "video" || width === undefined || height === undefined) return [];
    return [{ width, height, perSecond: number(entry["framesPerSecond"]) }];
  });
  return sizes.toSorted((one, other) => other.height - one.height)[0];
}

/** Whether people would notice: more than one packet in twenty lost, or answers that come late. */
export function isPoor({ loss, roundTripMs }: LinkNumbers): boolean {
  return (loss ?? 0) > 0.05 || (roundTripMs ?? 0) > 400;
}

/** Measures every link of a room now and then. */
export class Quality {
  readonly numbers: Signal<ReadonlyMap<PeerId, LinkNumbers>> = signal(new Map());
  /** Whose link was poor in two measurements in a row: one alone may be a hiccup. */
  readonly poor: Signal<ReadonlySet<PeerId>> = signal(new Set());
  readonly #room: Room;
  readonly #counters = new Map<PeerId, LinkCounters>();
  readonly #stop: () => void;
  #isMeasuring = false;

  constructor(room: Room, every: (ms: number, run: () => void) => () => void, everyMs = 4_000) {
    this.#room = room;
    this.#stop = every(everyMs, () => void this.measure());
  }

  async measure(): Promise<void> {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      const { at, links } = await this.#room.inspect();
      const before = this.numbers.peek();
      const measured = new Map<PeerId, LinkNumbers>();
      for (const { peer, stats } of links) {
        const { numbers, counters } = readLink(stats, at, this.#counters.get(peer));
        this.#counters.set(peer, counters);
        measured.set(peer, numbers);
      }
      for (const id of this.#counters.keys()) if (!measured.has(id)) this.#counters.delete(id);
      const poor = [...measured].flatMap(([id, numbers]) => {
        const earlier = before.get(id);
        return isPoor(numbers) && earlier !== undefined && isPoor(earlier) ? [id] : [];
      });
      this.numbers.value = measured;
      const shown = this.poor.peek();
      if (poor.length !== shown.size || poor.some((id) => !shown.has(id))) this.poor.value = new Set(poor);
    } catch {
      // The room is over, or a connection was replaced in the middle: the next round measures again.
    } finally {
      this.#isMeasuring = false;
    }
  }

  stop(): void {
    this.#stop();
  }
}
