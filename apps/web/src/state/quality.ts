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

/** Packets of one stream in one direction, since it began. */
interface StreamCounters {
  readonly expected: number;
  readonly lost: number;
  /** The part that was lost according to the last report, where that says more than counting. */
  readonly reported?: number | undefined;
}
/** Counters at one moment; two of them make rates. */
export interface LinkCounters {
  readonly at: number;
  /** By the identifier of the statistics that counted. */
  readonly streams: ReadonlyMap<string, StreamCounters>;
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
  const counters: LinkCounters = {
    at,
    streams: new Map([...inbound.map(received), ...farEnds.map((entry) => delivered(entry, outbound))]),
    bytesReceived: sum(inbound, "bytesReceived"),
    bytesSent: sum(outbound, "bytesSent"),
  };
  const seconds = before === undefined ? 0 : (at - before.at) / 1000;
  const rate = (now: number, then: number | undefined): number | undefined =>
    seconds > 0 && then !== undefined ? Math.max(0, ((now - then) * 8) / 1000 / seconds) : undefined;
  const roundTrip =
    number(pairInUse(stats)?.["currentRoundTripTime"]) ?? number(farEnds[0]?.["roundTripTime"]);
  const losses = lossesBetween(counters, before);
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

function received(entry: Stats): readonly [string, StreamCounters] {
  const lost = number(entry["packetsLost"]) ?? 0;
  return [String(entry["id"]), { lost, expected: lost + (number(entry["packetsReceived"]) ?? 0) }];
}

/** What the other side says of a stream that goes out. */
function delivered(entry: Stats, outbound: readonly Stats[]): readonly [string, StreamCounters] {
  const sent = outbound.find(({ id }) => id === entry["localId"]);
  return [
    String(entry["id"]),
    {
      lost: number(entry["packetsLost"]) ?? 0,
      expected: number(sent?.["packetsSent"]) ?? 0,
      // A report on sound comes every five seconds, so counts of one round would fit nothing; and it covers some 250 packets. One on a
      // picture comes each second, and may cover ten.
      reported: entry["kind"] === "audio" ? number(entry["fractionLost"]) : undefined,
    },
  ];
}

/**
 * Each stream for itself. Lost packets of pictures are sent again, and those that came after all don't count; lost sound is heard. Together,
 * the many packets of a picture would hide it.
 */
function lossesBetween(now: LinkCounters, before: LinkCounters | undefined): readonly number[] {
  return [...now.streams].flatMap(([id, { expected, lost, reported }]) => {
    const earlier = before?.streams.get(id);
    // A few packets say nothing; counters start anew with a new connection; what comes late is taken off what was lost.
    if (earlier === undefined || expected - earlier.expected < 20) return [];
    return [reported ?? Math.max(0, lost - earlier.lost) / (expected - earlier.expected)];
  });
}

/** The way that packets take now: after a restart earlier ones are still listed. */
function pairInUse(stats: readonly Stats[]): Stats | undefined {
  const pairs = stats.filter(({ type }) => type === "candidate-pair");
  const transport = stats.find(({ type }) => type === "transport");
  return (
    pairs.find(({ id }) => id !== undefined && id === transport?.["selectedCandidatePairId"]) ??
    // Firefox's own mark.
    pairs.find(({ selected }) => selected === true) ??
    pairs.find(({ nominated, state }) => nominated === true && state === "succeeded")
  );
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

/** What was seen of a link lately. */
interface Watched {
  /** The oldest first, none older than one round and a bit. */
  readonly counters: readonly LinkCounters[];
  /** Rounds in a row that were as the last one was: poor above zero, well below. */
  readonly run: number;
}

/** Measures every link of a room now and then. */
export class Quality {
  readonly numbers: Signal<ReadonlyMap<PeerId, LinkNumbers>> = signal(new Map());
  /** Whose link was poor in two rounds in a row, and not well in two since: one alone may be a hiccup. */
  readonly poor: Signal<ReadonlySet<PeerId>> = signal(new Set());
  readonly #room: Room;
  readonly #everyMs: number;
  #watched: ReadonlyMap<PeerId, Watched> = new Map();
  readonly #stop: () => void;
  #isMeasuring = false;
  #isRoundDue = false;

  constructor(room: Room, every: (ms: number, run: () => void) => () => void, everyMs = 4_000) {
    this.#room = room;
    this.#everyMs = everyMs;
    this.#stop = every(everyMs, () => void this.#measure(true));
  }

  /** Numbers as they are now, for who looks at them; they are of the last round's length however often one looks. */
  look(): Promise<void> {
    return this.#measure(false);
  }

  async #measure(isRound: boolean): Promise<void> {
    this.#isRoundDue ||= isRound;
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      const { at, links } = await this.#room.inspect();
      const isOver = this.#isRoundDue;
      this.#isRoundDue = false;
      const watched = new Map<PeerId, Watched>();
      const measured = new Map<PeerId, LinkNumbers>();
      for (const { peer, stats, state } of links) {
        // There is nothing to be measured.
        if (state === "resting") continue;
        const { counters = [], run = 0 } = this.#watched.get(peer) ?? {};
        const lately = counters.filter((one) => at - one.at < 1.25 * this.#everyMs);
        const read = readLink(stats, at, lately[0] ?? counters.at(-1));
        measured.set(peer, read.numbers);
        const next = isOver ? nextRun(run, read.numbers) : run;
        watched.set(peer, { counters: [...lately, read.counters], run: next });
      }
      this.#watched = watched;
      this.numbers.value = measured;
      this.#judge(watched);
    } catch {
      // The room is over, or a connection was replaced in the middle: the next round measures again.
    } finally {
      this.#isMeasuring = false;
    }
  }

  #judge(watched: ReadonlyMap<PeerId, Watched>): void {
    const shown = this.poor.peek();
    const poor = [...watched].flatMap(([id, { run }]) =>
      run >= 2 || (run > -2 && shown.has(id)) ? [id] : [],
    );
    if (poor.length !== shown.size || poor.some((id) => !shown.has(id))) this.poor.value = new Set(poor);
  }

  stop(): void {
    this.#stop();
  }
}

function nextRun(run: number, numbers: LinkNumbers): number {
  return isPoor(numbers) ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
}
