import type { PeerId } from "@parlour/protocol";
import { Allowance } from "./allowance.ts";
import { Downlink } from "./downstream/downlink.ts";
import { Place } from "./downstream/place.ts";
import { Inbox } from "./inbox.ts";
import { coreLimits } from "./limits.ts";
import { Publication } from "./publication.ts";
import { readRtcp } from "./rtcp/compound.ts";
import { TransportArrivals } from "./rtcp/transport-feedback.ts";
import { readUint16, readUint24, writeUint16 } from "./rtp/bytes.ts";
import { RtpHeader } from "./rtp/header.ts";
import type { HeaderTemplate } from "./rtp/header-template.ts";
import type { ExtensionIds, Negotiated, Random32, RoomOutput, TransportId } from "./seams.ts";
import { PublisherClock } from "./upstream/clock.ts";
import { Demultiplexer, type Inbound } from "./upstream/demultiplexer.ts";
import { Uplink } from "./upstream/uplink.ts";

const header = new RtpHeader();
/** UDP, IPv4 and the tag of SRTP, which count on the way though we don't see them. */
const overheadBytes = 38;
/** Of sound whose packets don't say how loud it is, -dBov: more than silence, less than a voice. */
const levelUntold = 67;

/** One connection of one page: what it sends, by mid, and the places in which it receives. */
export class Connection {
  readonly transport: TransportId;
  readonly peer: PeerId;
  readonly output: RoomOutput;
  /** In what we say of its streams. */
  readonly ssrc: number;
  extensions: ExtensionIds = {};
  readonly publications = new Map<string, Publication>();
  readonly places = new Map<string, Place>();
  readonly placesBySsrc = new Map<number, Place>();
  readonly clock = new PublisherClock();
  readonly inbound = new Demultiplexer(this.clock);
  readonly arrivals = new TransportArrivals();
  readonly uplink = new Uplink();
  readonly downlink = new Downlink();
  readonly inbox: Inbox;
  roundTripMs: number | undefined;
  packetsIn = 0;
  bytesIn = 0;
  packetsOut = 0;
  bytesOut = 0;
  keyFrameRequests = 0;
  /** Smoothed, bits per second. */
  sentBits = 0;
  readonly #random: Random32;
  readonly #rtcpBudget = new Allowance(coreLimits.rtcpBytesPerSecond, coreLimits.rtcpBytesPerSecond / 1_000);
  #transportSequence = 0;
  #bytesBefore = 0;
  #measuredAt = Number.NaN;

  constructor(transport: TransportId, peer: PeerId, output: RoomOutput, random: Random32) {
    this.transport = transport;
    this.peer = peer;
    this.output = output;
    this.#random = random;
    this.ssrc = random() >>> 0;
    this.inbox = new Inbox(this);
  }

  /** Takes what negotiation settled, whole. What goes on as before is not touched. */
  negotiated(lines: Negotiated): void {
    this.extensions = lines.extensions;
    const sends = new Map(lines.sends.slice(0, coreLimits.sendingLines).map((line) => [line.mid, line]));
    for (const [mid, publication] of this.publications) {
      const line = sends.get(mid);
      if (line?.source !== publication.source || line.kind !== publication.kind)
        this.publications.delete(mid);
    }
    for (const [mid, line] of sends) {
      const known = this.publications.get(mid);
      if (known === undefined) this.publications.set(mid, new Publication(this, line));
      else known.line = line;
    }
    this.inbound.negotiated(this.publications, this.extensions);
    const receives = new Map(
      lines.receives.slice(0, coreLimits.receivingLines).map((line) => [line.mid, line]),
    );
    for (const [mid, place] of this.places) {
      const line = receives.get(mid);
      if (line?.ssrc === place.ssrc && line.kind === place.kind) continue;
      place.stop();
      this.places.delete(mid);
      this.placesBySsrc.delete(place.ssrc);
    }
    for (const [mid, line] of receives) {
      const known = this.places.get(mid);
      if (known !== undefined) known.renegotiate(line);
      else {
        const place = new Place(this, line, this.#random);
        this.places.set(mid, place);
        this.placesBySsrc.set(line.ssrc, place);
      }
    }
  }

  /** An RTP packet from the page. */
  rtp(packet: Uint8Array, now: number): Inbound | undefined {
    if (!header.read(packet)) return undefined;
    this.packetsIn++;
    this.bytesIn += packet.length;
    const ids = this.extensions;
    if (ids.transportSequenceNumber !== undefined) {
      const at = header.extension(packet, ids.transportSequenceNumber);
      if (at >= 0 && header.foundLength === 2) this.arrivals.arrived(readUint16(packet, at), now);
    } else if (ids.absoluteSendTime !== undefined) {
      const at = header.extension(packet, ids.absoluteSendTime);
      if (at >= 0 && header.foundLength === 3)
        this.uplink.arrived(readUint24(packet, at), packet.length + overheadBytes, now);
    }
    const inbound = this.inbound.find(packet, header, now);
    if (inbound === undefined) return undefined;
    const { stream, publication } = inbound;
    let level = -1;
    if (publication.kind === "audio") {
      const at = header.extension(packet, ids.audioLevel);
      if (at >= 0) level = packet[at] as number;
      stream.level = at >= 0 ? level & 127 : levelUntold;
      stream.levelAt = now;
    }
    const { frames, packets } = stream;
    stream.take(packet, header, level, now);
    if (stream.packets !== packets) publication.came(inbound.layer, stream.frames !== frames);
    return inbound;
  }

  rtcp(packet: Uint8Array, now: number): void {
    if (!this.#rtcpBudget.spend(packet.length, now)) return;
    this.inbox.now = now;
    readRtcp(packet, this.inbox);
    this.inbox.finish();
  }

  /** Sends a packet of a place, whose header is written but for the transport-wide number. */
  sendRtp(template: HeaderTemplate, payload: Uint8Array, now: number): void {
    const bytes = template.bytes.length + payload.length;
    if (template.transportSequenceAt >= 0) {
      const sequence = this.#transportSequence++;
      writeUint16(template.bytes, template.transportSequenceAt, sequence);
      this.downlink.sent(sequence, bytes + overheadBytes, now);
    }
    this.packetsOut++;
    this.bytesOut += bytes;
    this.output.rtp(this.transport, template.bytes, payload);
  }

  /** Measures rates; every 200 ms or so. */
  measure(now: number): void {
    for (const { stream } of this.inbound.streams.values()) {
      stream.measure(now);
      stream.history.forgetOld(now);
    }
    if (!Number.isNaN(this.#measuredAt) && now > this.#measuredAt) {
      const bits = ((this.bytesOut - this.#bytesBefore) * 8_000) / (now - this.#measuredAt);
      this.sentBits += (bits - this.sentBits) * 0.4;
    }
    this.#bytesBefore = this.bytesOut;
    this.#measuredAt = now;
  }

  /** The connection is over: nobody gets anything of it, and it gets nothing. */
  end(): void {
    this.inbound.end();
    for (const place of this.places.values()) place.stop();
    this.publications.clear();
    this.places.clear();
    this.placesBySsrc.clear();
  }
}
