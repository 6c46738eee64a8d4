import { Allowance } from "../allowance.ts";
import type { Connection } from "../connection.ts";
import { coreLimits } from "../limits.ts";
import { type FrameFacts, shiftIds } from "../payload/frame-facts.ts";
import type { Publication } from "../publication.ts";
import { distance16 } from "../rtp/bytes.ts";
import { HeaderTemplate } from "../rtp/header-template.ts";
import type { NegotiatedCodec, ReceivingLine } from "../seams.ts";
import type { UpstreamStream } from "../upstream/stream.ts";

/** A stretch of a place's packets that came of one stream, and what was added to that stream's numbers. */
interface Stretch {
  readonly stream: UpstreamStream;
  readonly firstDense: number;
  /** The last number sent; Infinity while it lasts. */
  lastDense: number;
  readonly sequenceOffset: number;
  readonly timestampOffset: number;
  readonly pictureIdOffset: number;
  readonly baseLayerOffset: number;
  readonly payloadType: number;
}

/** Stretches whose packets may still be asked for. */
const keptStretches = 6;
/** Frames of two sources have at least this many ms between them. */
const leastStepMs = 5;

/**
 * One receiving line of a page: one RTP stream of our own, whatever flows in it. Sequence numbers go on without a hole,
 * timestamps rise, and a picture begins with a key frame.
 *
 * nothing ── waitFor ──▶ waiting ── key frame ──▶ flowing ── waitFor ──▶ flowing, and waiting for another ── key frame ──▶ flowing
 *    ▲                      │                       │                                                          │
 *    └──────── stop ────────┴───────────────────────┴──────────────────────────────────────────────────────────┘
 */
export class Place {
  readonly connection: Connection;
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly ssrc: number;
  codecs: readonly NegotiatedCodec[];
  template: HeaderTemplate;
  /** What belongs in it, whether it flows or not. */
  assigned: Publication | undefined;
  /** What flows, and what it will turn to. */
  current: UpstreamStream | undefined;
  target: UpstreamStream | undefined;
  /** The first packet of `current` that belongs here. */
  firstDense = 0;
  packets = 0;
  octets = 0;
  resent = 0;
  /** The highest sequence number that a receiver report named; NaN: none yet. */
  reportedSequence = Number.NaN;
  /** When its layer was last made smaller because the larger did not fit. */
  loweredAt = Number.NEGATIVE_INFINITY;
  readonly keyFrameBudget = new Allowance(coreLimits.keyFrameBurst, 1 / coreLimits.keyFrameEveryMs);
  readonly #clockRate: number;
  readonly #stretches: Stretch[] = [];
  #now: Stretch | undefined;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #pictureIdOffset = 0;
  #baseLayerOffset = 0;
  #payloadType = -1;
  #markNext = false;
  /** The last that was sent when nothing flows: unwrapped number, timestamp, ids, and when that frame was taken. */
  #lastSequence: number;
  #lastTimestamp: number;
  #lastPictureId: number;
  #lastBaseLayerIndex: number;
  #lastTakenAt = Number.NaN;
  readonly #resentAt = new Map<number, number>();
  readonly #resendBudget = new Allowance(coreLimits.resentPerSecond / 4, coreLimits.resentPerSecond / 1_000);

  constructor(connection: Connection, line: ReceivingLine, random: () => number) {
    this.connection = connection;
    this.mid = line.mid;
    this.kind = line.kind;
    this.ssrc = line.ssrc;
    this.codecs = line.codecs;
    this.template = new HeaderTemplate(line.ssrc, line.mid, line.kind, connection.extensions);
    this.#clockRate = line.codecs[0]?.clockRate ?? (line.kind === "audio" ? 48_000 : 90_000);
    // Below 2^15, so that a loss at the begin does not look like a wrap (RFC 3711, section 3.3.1).
    this.#lastSequence = 65_536 + (random() & 0x7fff);
    this.#lastTimestamp = random() >>> 0;
    this.#lastPictureId = random() & 0x7fff;
    this.#lastBaseLayerIndex = random() & 0xff;
  }

  /** As negotiated anew. */
  renegotiate(line: ReceivingLine): void {
    this.codecs = line.codecs;
    this.template = new HeaderTemplate(line.ssrc, line.mid, line.kind, this.connection.extensions);
  }

  /** The payload type under which this page takes that codec; undefined: it has none such. */
  payloadTypeFor(codec: NegotiatedCodec): number | undefined {
    return this.codecs.find((own) => isSameCodec(own, codec))?.payloadType;
  }

  /** Turns to that stream with its next key frame (sound: packet). What flows goes on until then, unless it is that stream itself. */
  waitFor(stream: UpstreamStream, now: number): void {
    if (this.target === stream) return;
    this.#stopWaiting();
    if (this.current === stream) this.#stopFlow();
    this.target = stream;
    stream.waiting.push(this);
    stream.wantKeyFrame(now);
  }
  /** That stream is over. */
  leave(stream: UpstreamStream): void {
    if (this.target === stream) this.#stopWaiting();
    if (this.current === stream) this.#stopFlow();
  }
  /** What flows is right: no other is waited for. */
  stay(): void {
    this.#stopWaiting();
  }
  stop(): void {
    this.#stopWaiting();
    this.#stopFlow();
  }
  /** Another source belongs here from now on, or none. Nothing of the one before is sent again. */
  assign(publication: Publication | undefined): void {
    this.stop();
    this.assigned = publication;
    this.#stretches.length = 0;
  }

  /** Called by the stream: the packet of that number is the first to be sent here. */
  turn(stream: UpstreamStream, dense: number, timestamp: number, facts: FrameFacts, takenAt: number): void {
    // The stream took it off its list already.
    this.target = undefined;
    const lastTakenAt = this.#whenLastWasTaken();
    this.#stopFlow();
    const payloadType = this.payloadTypeFor(stream.codec);
    if (payloadType === undefined) return;
    const elapsed = Number.isNaN(lastTakenAt) ? leastStepMs : takenAt - lastTakenAt;
    const step = Math.round((Math.max(leastStepMs, elapsed) * this.#clockRate) / 1_000);
    const begins = (this.#lastTimestamp + step) >>> 0;
    this.#sequenceOffset = this.#lastSequence + 1 - dense;
    this.#timestampOffset = (begins - timestamp) | 0;
    this.#pictureIdOffset = facts.pictureIdAt < 0 ? 0 : this.#lastPictureId + 1 - facts.pictureId;
    this.#baseLayerOffset =
      facts.baseLayerIndexAt < 0 ? 0 : this.#lastBaseLayerIndex + 1 - facts.baseLayerIndex;
    this.#payloadType = payloadType;
    this.#markNext = this.kind === "audio";
    this.firstDense = dense;
    this.current = stream;
    this.#now = {
      stream,
      firstDense: dense,
      lastDense: Number.POSITIVE_INFINITY,
      sequenceOffset: this.#sequenceOffset,
      timestampOffset: this.#timestampOffset,
      pictureIdOffset: this.#pictureIdOffset,
      baseLayerOffset: this.#baseLayerOffset,
      payloadType,
    };
    this.#stretches.push(this.#now);
    if (this.#stretches.length > keptStretches) this.#stretches.shift();
    stream.places.push(this);
  }

  /** Called by the stream for each packet: the hot path. The ids in `packet` are overwritten. */
  send(
    dense: number,
    timestamp: number,
    marker: boolean,
    payload: Uint8Array,
    packet: Uint8Array,
    facts: FrameFacts,
    level: number,
    sendTime: number,
    now: number,
  ): void {
    if (dense < this.firstDense) return;
    const template = this.template;
    const marked = marker || this.#markNext;
    this.#markNext = false;
    template.write(
      marked,
      this.#payloadType,
      dense + this.#sequenceOffset,
      timestamp + this.#timestampOffset,
      sendTime,
    );
    if (facts.pictureIdAt >= 0 || facts.baseLayerIndexAt >= 0)
      shiftIds(packet, facts, this.#pictureIdOffset, this.#baseLayerOffset);
    if (this.kind === "audio") template.writeLevel(level);
    this.packets++;
    this.octets += payload.length;
    this.connection.sendRtp(template, payload, now);
  }

  /** Answers a NACK for that number, if it is kept and was not sent again just now. */
  resend(sequenceNumber: number, roundTripMs: number, now: number): boolean {
    const highest = this.highestSequence;
    const wanted = highest + distance16(highest & 0xffff, sequenceNumber);
    if (wanted > highest) return false;
    const stretch = this.#stretches.findLast((one) => one.firstDense + one.sequenceOffset <= wanted);
    if (stretch === undefined || !this.#mayResend(wanted, roundTripMs, now)) return false;
    const dense = wanted - stretch.sequenceOffset;
    if (dense > stretch.lastDense) return false;
    // For the moment this place is in that stretch again.
    const flowing = this.#now;
    const first = this.firstDense;
    this.#enter(stretch);
    const isSent = stretch.stream.resend(this, dense, now);
    if (isSent) {
      this.resent++;
      this.packets--;
    }
    if (flowing !== undefined) this.#enter(flowing);
    this.firstDense = first;
    return isSent;
  }

  get highestSequence(): number {
    return this.current === undefined
      ? this.#lastSequence
      : Math.max(this.current.sequence.highestDense, this.firstDense - 1) + this.#sequenceOffset;
  }
  /** The timestamp of what is taken at `now`, for a sender report; undefined while it can't be said. */
  timestampAt(now: number): number | undefined {
    const stream = this.current;
    if (stream === undefined || !stream.clock.isKnown) return undefined;
    return (stream.clock.timestampAt(now) + this.#timestampOffset) >>> 0;
  }

  #enter(stretch: Stretch): void {
    this.firstDense = stretch.firstDense;
    this.#sequenceOffset = stretch.sequenceOffset;
    this.#timestampOffset = stretch.timestampOffset;
    this.#pictureIdOffset = stretch.pictureIdOffset;
    this.#baseLayerOffset = stretch.baseLayerOffset;
    this.#payloadType = stretch.payloadType;
  }

  #mayResend(wanted: number, roundTripMs: number, now: number): boolean {
    // Asked for again before the answer can have come.
    const before = this.#resentAt.get(wanted);
    if (before !== undefined && now - before < Math.max(10, Math.min(roundTripMs * 0.8, 150))) return false;
    if (this.#resentAt.size >= 512) this.#resentAt.clear();
    if (!this.#resendBudget.spend(1, now)) return false;
    this.#resentAt.set(wanted, now);
    return true;
  }

  #stopWaiting(): void {
    if (this.target === undefined) return;
    remove(this.target.waiting, this);
    // Nobody has use for that key frame any more.
    if (this.target.waiting.length === 0 && this.target.places.length === 0)
      this.target.keyFrameWantedSince = undefined;
    this.target = undefined;
  }

  #whenLastWasTaken(): number {
    const stream = this.current;
    if (stream === undefined) return this.#lastTakenAt;
    return stream.clock.takenAt(stream.highestTimestamp, stream.lastPacketAt);
  }

  #stopFlow(): void {
    const stream = this.current;
    if (stream === undefined) return;
    this.#lastTakenAt = this.#whenLastWasTaken();
    this.#lastSequence = this.highestSequence;
    this.#lastTimestamp = (stream.highestTimestamp + this.#timestampOffset) >>> 0;
    // Streams without ids leave those where they were.
    if (stream.pictureId >= 0) this.#lastPictureId = (stream.pictureId + this.#pictureIdOffset) & 0x7fff;
    if (stream.baseLayerIndex >= 0)
      this.#lastBaseLayerIndex = (stream.baseLayerIndex + this.#baseLayerOffset) & 0xff;
    if (this.#now !== undefined) this.#now.lastDense = stream.sequence.highestDense;
    this.#now = undefined;
    remove(stream.places, this);
    this.current = undefined;
  }
}

function remove(places: Place[], place: Place): void {
  const index = places.indexOf(place);
  if (index < 0) return;
  places[index] = places[places.length - 1] as Place;
  places.pop();
}

/** The same name and clock, and for H.264 the same way of packets (RFC 6184, section 8.1). */
function isSameCodec(a: NegotiatedCodec, b: NegotiatedCodec): boolean {
  if (a.name.toLowerCase() !== b.name.toLowerCase() || a.clockRate !== b.clockRate) return false;
  switch (a.name.toLowerCase()) {
    case "h264":
      return (
        parameter(a, "packetization-mode", "0") === parameter(b, "packetization-mode", "0") &&
        parameter(a, "profile-level-id", "42").slice(0, 2).toLowerCase() ===
          parameter(b, "profile-level-id", "42").slice(0, 2).toLowerCase()
      );
    case "vp9":
      return parameter(a, "profile-id", "0") === parameter(b, "profile-id", "0");
    default:
      return true;
  }
}
function parameter(codec: NegotiatedCodec, name: string, otherwise: string): string {
  for (const part of codec.parameters?.split(";") ?? []) {
    const [key, value] = part.split("=");
    if (key?.trim().toLowerCase() === name && value !== undefined) return value.trim();
  }
  return otherwise;
}
