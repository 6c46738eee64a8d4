import type { Place } from "../downstream/place.ts";
import { coreLimits } from "../limits.ts";
import { type FrameFacts, noFacts } from "../payload/frame-facts.ts";
import { type Format, formatOf, inspect } from "../payload/inspect.ts";
import { distance16, distance32 } from "../rtp/bytes.ts";
import { RtpHeader } from "../rtp/header.ts";
import { absoluteSendTime } from "../rtp/header-template.ts";
import type { NegotiatedCodec } from "../seams.ts";
import { type PublisherClock, StreamClock } from "./clock.ts";
import { PacketHistory } from "./history.ts";
import { MissingPackets } from "./missing.ts";
import { Reception } from "./reception.ts";
import { SequenceNumbers } from "./sequence.ts";

const header = new RtpHeader();
const facts: FrameFacts = noFacts();

/** One SSRC that a page sends: one layer of a picture, or sound. Places that show it are in `places`. */
export class UpstreamStream {
  readonly ssrc: number;
  readonly kind: "audio" | "video";
  readonly sequence = new SequenceNumbers();
  readonly history: PacketHistory;
  readonly missing = new MissingPackets();
  readonly reception: Reception;
  readonly clock: StreamClock;
  /** Places in which it flows, and those that turn to it with its next key frame. */
  readonly places: Place[] = [];
  readonly waiting: Place[] = [];
  codec: NegotiatedCodec;
  format: Format;
  /** Of its last key frame; 0: not known. */
  height = 0;
  lastPacketAt: number;
  packets = 0;
  bytes = 0;
  frames = 0;
  /** Smoothed, bits per second. */
  bits = 0;
  highestTimestamp = 0;
  /** Of the last frame; -1: packets have none. */
  pictureId = -1;
  baseLayerIndex = -1;
  /** Since when a key frame is wanted; undefined: none is. */
  keyFrameWantedSince: number | undefined;
  keyFrameAskedAt = Number.NEGATIVE_INFINITY;
  /** What the levels in its packets say, -dBov. */
  level = 127;
  levelAt = Number.NEGATIVE_INFINITY;
  #bytesBefore = 0;
  #measuredAt: number;

  constructor(
    ssrc: number,
    kind: "audio" | "video",
    codec: NegotiatedCodec,
    publisher: PublisherClock,
    now: number,
  ) {
    this.ssrc = ssrc;
    this.kind = kind;
    this.codec = codec;
    this.format = formatOf(kind, codec.name) ?? "sound";
    this.history = new PacketHistory(
      kind === "video" ? coreLimits.keptVideoPackets : coreLimits.keptAudioPackets,
    );
    this.reception = new Reception(codec.clockRate);
    this.clock = new StreamClock(codec.clockRate, publisher);
    this.lastPacketAt = now;
    this.#measuredAt = now;
  }

  /** Takes a packet whose header was read, and passes it on. `level` as in RFC 6464, -1: not said. */
  take(packet: Uint8Array, read: RtpHeader, level: number, now: number): void {
    const end = read.payloadEnd;
    const at = read.payloadAt;
    const sequence = this.sequence;
    const isPadding = end === at;
    const dense = sequence.take(read.sequenceNumber, isPadding);
    if (sequence.skipped > 0 && this.kind === "video") {
      const first = sequence.highest - sequence.skipped;
      if (!this.missing.add(first, sequence.skipped, now)) this.wantKeyFrame(now);
    }
    if (sequence.isRestart) this.#restart(now);
    if (sequence.isLate)
      this.missing.came(sequence.highest + distance16(sequence.highest & 0xffff, read.sequenceNumber));
    if (dense < 0) return;
    this.lastPacketAt = now;
    this.bytes += packet.length;
    this.packets++;
    const timestamp = read.timestamp;
    if (!sequence.isLate) {
      this.reception.arrived(timestamp, now);
      if (this.packets === 1 || distance32(this.highestTimestamp, timestamp) > 0) {
        this.highestTimestamp = timestamp;
        this.frames++;
      }
    }
    this.history.add(dense, packet, now);
    inspect(this.format, packet, at, end, facts);
    if (facts.startsKeyFrame) {
      if (facts.height > 0) this.height = facts.height;
      this.keyFrameWantedSince = undefined;
    }
    if (!sequence.isLate) {
      if (facts.pictureIdAt >= 0) this.pictureId = facts.pictureId;
      if (facts.baseLayerIndexAt >= 0) this.baseLayerIndex = facts.baseLayerIndex;
    }
    if (this.waiting.length > 0 && (facts.startsKeyFrame || this.kind === "audio")) {
      this.#turn(dense, timestamp, now);
      if (sequence.highestDense > dense) {
        this.#catchUp(packet, read, dense, level, now);
        return;
      }
    }
    const places = this.places;
    if (places.length === 0) return;
    const payload = packet.subarray(at, end);
    const sendTime = absoluteSendTime(now);
    for (let i = 0; i < places.length; i++)
      (places[i] as Place).send(dense, timestamp, read.marker, payload, packet, facts, level, sendTime, now);
    restore(packet);
  }

  /** One packet again, for a place that missed it: as it was sent at that time. */
  resend(place: Place, dense: number, now: number): boolean {
    const packet = this.history.get(dense, now);
    if (packet === undefined || !header.read(packet)) return false;
    inspect(this.format, packet, header.payloadAt, header.payloadEnd, facts);
    const payload = packet.subarray(header.payloadAt, header.payloadEnd);
    const sendTime = absoluteSendTime(now);
    place.send(dense, header.timestamp, header.marker, payload, packet, facts, -1, sendTime, now);
    restore(packet);
    return true;
  }

  /** The page goes on in another codec: what flows stops, and begins again with a key frame. */
  recode(codec: NegotiatedCodec, now: number): void {
    this.codec = codec;
    this.format = formatOf(this.kind, codec.name) ?? "sound";
    for (const place of [...this.places]) place.waitFor(this, now);
  }

  /** Nothing of it will come any more. */
  end(): void {
    for (const place of [...this.places, ...this.waiting]) place.leave(this);
  }

  wantKeyFrame(now: number): void {
    if (this.kind === "video") this.keyFrameWantedSince ??= now;
  }

  /** Measures the rate; called every half second or so. */
  measure(now: number): void {
    const elapsed = now - this.#measuredAt;
    if (elapsed < 400) return;
    const bits = ((this.bytes - this.#bytesBefore) * 8_000) / elapsed;
    // Quickly up, slowly down: a still picture may move again.
    this.bits = this.bits === 0 ? bits : this.bits + (bits - this.bits) * (bits > this.bits ? 0.6 : 0.2);
    this.#bytesBefore = this.bytes;
    this.#measuredAt = now;
  }

  /** Those that waited turn to this stream, beginning with the packet of that number. */
  #turn(dense: number, timestamp: number, now: number): void {
    const takenAt = this.clock.takenAt(timestamp, now);
    const waiting = this.waiting;
    while (waiting.length > 0) (waiting.pop() as Place).turn(this, dense, timestamp, facts, takenAt);
  }

  /** A key frame's first packet came late: what came before it goes after it. */
  #catchUp(packet: Uint8Array, read: RtpHeader, dense: number, level: number, now: number): void {
    const places = this.places;
    const payload = packet.subarray(read.payloadAt, read.payloadEnd);
    const sendTime = absoluteSendTime(now);
    for (const place of places)
      place.send(dense, read.timestamp, read.marker, payload, packet, facts, level, sendTime, now);
    restore(packet);
    for (const place of places)
      if (place.firstDense === dense)
        for (let next = dense + 1; next <= this.sequence.highestDense; next++) this.resend(place, next, now);
  }

  #restart(now: number): void {
    this.missing.clear();
    if (this.kind !== "video") return;
    // The frames before the break are gone: everyone begins again with a key frame.
    for (const place of [...this.places]) place.waitFor(this, now);
  }
}

/** Places write their own ids into a packet while they send it. It is kept as it came. */
function restore(packet: Uint8Array): void {
  const at = facts.pictureIdAt;
  if (at >= 0) {
    if (facts.pictureIdBits === 15) {
      packet[at] = 128 | (facts.pictureId >> 8);
      packet[at + 1] = facts.pictureId;
    } else packet[at] = facts.pictureId;
  }
  if (facts.baseLayerIndexAt >= 0) packet[facts.baseLayerIndexAt] = facts.baseLayerIndex;
}
