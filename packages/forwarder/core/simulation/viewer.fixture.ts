import { readRtcp } from "../rtcp/compound.ts";
import { TransportArrivals } from "../rtcp/transport-feedback.ts";
import { RtcpWriter } from "../rtcp/writer.ts";
import { distance16, distance32, readText, readUint16 } from "../rtp/bytes.ts";
import { RtpHeader } from "../rtp/header.ts";
import type { ReceivingLine } from "../seams.ts";
import { type Content, contentOf, ids } from "./publisher.fixture.ts";

interface Arrived {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
  readonly content: Content | undefined;
}

/** A missing packet is waited for this long; then a picture waits for a key frame. */
const patienceMs = { video: 700, audio: 80 };

/**
 * What one receiving place shows: packets in the order of their numbers, as a browser would take them apart. Throws when a decoder
 * would be given what it can't decode, or a browser would be misled.
 */
export class SimulatedScreen {
  readonly line: ReceivingLine;
  /** As told by `places`. */
  told: { readonly publisher: number } | null = null;
  lastFrameAt = Number.NEGATIVE_INFINITY;
  last: Content | undefined;
  frames = 0;
  switches = 0;
  skipped = 0;
  duplicates = 0;
  reports: { readonly ntpMs: number; readonly timestamp: number }[] = [];
  readonly #packets = new Map<number, Arrived>();
  #highest = -1;
  #next = -1;
  #first = -1;
  #missingSince = Number.NaN;
  #lastTimestamp: number | undefined;
  #lastPictureId: number | undefined;
  /** Something was skipped: the next frame that counts is a key frame. */
  #isBroken = true;

  constructor(line: ReceivingLine) {
    this.line = line;
  }

  /** As the room hands it out, before the network: everything that must hold of each packet alone. */
  static check(screen: SimulatedScreen, header: Uint8Array, payload: Uint8Array): void {
    const read = new RtpHeader();
    if (!read.read(header)) throw new Error("the header is not one of RTP");
    if (read.payloadAt !== header.length) throw new Error("the header has something after it");
    if (read.ssrc !== screen.line.ssrc) throw new Error("another SSRC");
    const mid = read.extension(header, ids.mid);
    if (readText(header, mid, read.foundLength) !== screen.line.mid) throw new Error("another mid");
    if (read.extension(header, ids.rid) >= 0) throw new Error("the publisher's rid");
    if (read.payloadType !== screen.line.codecs[0]?.payloadType) throw new Error("another payload type");
    const content = contentOf(payload, screen.line.kind);
    if (content !== undefined && screen.told?.publisher !== content.publisher)
      throw new Error(
        `publisher ${content.publisher} flows in ${screen.line.mid}, told was ${screen.told?.publisher}`,
      );
  }

  arrive(header: Uint8Array, payload: Uint8Array): void {
    const read = new RtpHeader();
    read.read(header);
    const sequence =
      this.#highest < 0
        ? 65_536 + read.sequenceNumber
        : this.#highest + distance16(this.#highest & 0xffff, read.sequenceNumber);
    if (this.#highest < 0) {
      this.#highest = sequence;
      // The first may be late: some time is left for those before it.
      this.#next = sequence;
      this.#first = sequence;
    }
    const content = contentOf(payload, this.line.kind);
    const arrived = { sequence, timestamp: read.timestamp, marker: read.marker, payload, content };
    const before = this.#packets.get(sequence);
    if (before !== undefined) {
      this.duplicates++;
      if (before.timestamp !== arrived.timestamp || !isSame(before.payload, arrived.payload))
        throw new Error(`two packets have the number ${sequence & 0xffff}`);
      return;
    }
    if (Math.abs(sequence - this.#highest) > 2_000) throw new Error("a jump of sequence numbers");
    if (sequence < this.#next) return;
    this.#highest = Math.max(this.#highest, sequence);
    this.#packets.set(sequence, arrived);
  }

  /** Takes what is there in order; NACKs for what is missing. */
  play(now: number): number[] {
    for (; this.#next <= this.#highest; this.#next++) {
      const packet = this.#packets.get(this.#next);
      if (packet === undefined) {
        if (Number.isNaN(this.#missingSince)) this.#missingSince = now;
        if (now - this.#missingSince < patienceMs[this.line.kind]) break;
        this.skipped++;
        this.#isBroken = true;
        continue;
      }
      this.#missingSince = Number.NaN;
      this.#show(packet, now);
    }
    this.#packets.delete(this.#next - 200);
    if (this.line.kind === "audio") return [];
    const missing: number[] = [];
    for (let number = this.#next; number < this.#highest && missing.length < 100; number++)
      if (!this.#packets.has(number)) missing.push(number & 0xffff);
    return missing;
  }

  get needsKeyFrame(): boolean {
    return this.line.kind === "video" && this.#isBroken && this.#first >= 0;
  }

  #show(packet: Arrived, now: number): void {
    const { content } = packet;
    if (content === undefined) return;
    const where = `place ${this.line.mid}, number ${packet.sequence & 0xffff}`;
    const last = this.last;
    const isSame = last !== undefined && last.publisher === content.publisher && last.layer === content.layer;
    const isNewFrame = !isSame || last.frame !== content.frame;
    if (this.#lastTimestamp !== undefined) {
      const step = distance32(this.#lastTimestamp, packet.timestamp);
      if (isNewFrame && step <= 0) throw new Error(`${where}: timestamp goes back by ${-step}`);
      if (!isNewFrame && step !== 0) throw new Error(`${where}: two timestamps in one frame`);
      // A day's jump would stall a jitter buffer; nothing here pauses for more than 60 s.
      if (step > 90_000 * 60) throw new Error(`${where}: timestamp jumps by ${step}`);
    }
    if (this.line.kind === "video") this.#check(packet, content, isSame, isNewFrame, where);
    this.#lastTimestamp = packet.timestamp;
    if (!isSame) this.switches++;
    this.last = content;
    if (content.part === content.parts - 1 && !this.#isBroken) {
      this.lastFrameAt = now;
      this.frames++;
      if (this.line.kind === "video" && !packet.marker) throw new Error(`${where}: no marker at the end`);
    }
    if (this.line.kind === "audio") this.#isBroken = false;
  }

  #check(packet: Arrived, content: Content, isSameLayer: boolean, isNewFrame: boolean, where: string): void {
    const { payload } = packet;
    const last = this.last;
    const startsKey = content.isKey && content.part === 0;
    if (startsKey) this.#isBroken = false;
    else if (!this.#isBroken) {
      if (!isSameLayer || last === undefined)
        throw new Error(
          `${where}: layer ${content.layer} of ${content.publisher} begins without a key frame`,
        );
      const follows = isNewFrame
        ? content.frame === last.frame + 1 && content.part === 0 && last.part === last.parts - 1
        : content.part === last.part + 1;
      if (!follows)
        throw new Error(
          `${where}: frame ${content.frame}.${content.part} after ${last.frame}.${last.part} of ${last.parts}`,
        );
    }
    if (((payload[0] as number) & 0x80) === 0) return;
    const pictureId = (readUint16(payload, 2) & 0x7fff) >>> 0;
    if (this.#lastPictureId !== undefined && !this.#isBroken) {
      const step = (pictureId - this.#lastPictureId) & 0x7fff;
      const isContinuous = isNewFrame ? step >= 1 && step < 16_384 : step === 0;
      if (!isContinuous) throw new Error(`${where}: picture id goes on by ${step}`);
      if (isNewFrame && isSameLayer && !content.isKey && step !== 1)
        throw new Error(`${where}: picture id jumps by ${step}`);
    }
    this.#lastPictureId = pictureId;
  }
}

/** The receiving half of a page: its screens, and the feedback that browsers give. */
export class SimulatedViewer {
  readonly screens: Map<number, SimulatedScreen>;
  readonly arrivals = new TransportArrivals();
  readonly #send: (packet: Uint8Array) => void;
  #askedAt = Number.NEGATIVE_INFINITY;
  #lastNack = new Map<number, number>();
  readonly #ssrc = 77;

  constructor(lines: readonly ReceivingLine[], send: (packet: Uint8Array) => void) {
    this.screens = new Map(lines.map((line) => [line.ssrc, new SimulatedScreen(line)]));
    this.#send = send;
  }

  arrive(header: Uint8Array, payload: Uint8Array, now: number): void {
    const read = new RtpHeader();
    read.read(header);
    const at = read.extension(header, ids.transportSequenceNumber);
    this.arrivals.arrived(readUint16(header, at), now);
    this.screens.get(read.ssrc)?.arrive(header, payload);
  }

  rtcp(packet: Uint8Array): void {
    const nothing = (): void => {};
    readRtcp(packet, {
      senderReport: (ssrc, seconds, fraction, timestamp) => {
        this.screens
          .get(ssrc)
          ?.reports.push({ ntpMs: seconds * 1_000 + fraction / 4_294_967.296, timestamp });
      },
      reportBlock: nothing,
      goodbye: nothing,
      nack: nothing,
      keyFrameWanted: nothing,
      estimatedMaximumBits: nothing,
      transportFeedback: nothing,
    });
  }

  /** Every 10 ms or so: takes what is there, and says what is missing. */
  play(now: number): void {
    const writer = new RtcpWriter();
    for (const screen of this.screens.values()) {
      const missing = screen
        .play(now)
        .filter((number) => now - (this.#lastNack.get((screen.line.ssrc << 16) ^ number) ?? -1e9) > 60);
      for (const number of missing) this.#lastNack.set((screen.line.ssrc << 16) ^ number, now);
      if (missing.length > 0) writer.nack(this.#ssrc, screen.line.ssrc, missing);
      if (screen.needsKeyFrame && now - this.#askedAt > 300) {
        this.#askedAt = now;
        writer.pictureLoss(this.#ssrc, screen.line.ssrc);
      }
    }
    if (writer.length > 0) this.#send(writer.take().slice());
    const feedback = this.arrivals.feedback(this.#ssrc, 0);
    if (feedback !== undefined) this.#send(feedback.slice());
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
