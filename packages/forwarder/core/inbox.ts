import type { Connection } from "./connection.ts";
import { compactNtp } from "./reports.ts";
import type { RtcpVisitor } from "./rtcp/compound.ts";
import type { TransportFeedback } from "./rtcp/transport-feedback.ts";
import { ntpToMs } from "./upstream/clock.ts";

/** Fewer packets say nothing about a downlink; more can't have come between two reports. */
const leastReported = 60;
const mostReported = 20_000;

/** What a page says over RTCP: of its own streams, and of what it receives in its places. */
export class Inbox implements RtcpVisitor {
  now = 0;
  readonly #connection: Connection;
  /** Packets that reports spoke of since the last decision, and how many of them were lost. */
  #expected = 0;
  #lost = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  senderReport(ssrc: number, ntpSeconds: number, ntpFraction: number, timestamp: number): void {
    const stream = this.#connection.inbound.streams.get(ssrc)?.stream;
    if (stream === undefined) return;
    const ntpMs = ntpToMs(ntpSeconds, ntpFraction);
    stream.reception.senderReport(ntpSeconds, ntpFraction, this.now);
    this.#connection.clock.senderReport(ntpMs, this.now);
    stream.clock.senderReport(ntpMs, timestamp);
  }

  reportBlock(source: number, lost: number, highest: number, lastReport: number, delay: number): void {
    const place = this.#connection.placesBySsrc.get(source);
    if (place === undefined) return;
    const since = (highest - place.reportedSequence) >>> 0;
    place.reportedSequence = highest;
    // The first report, or one that can't be.
    if (since < mostReported) {
      this.#expected += since;
      this.#lost += (since * lost) / 256;
    }
    if (lastReport === 0) return;
    const elapsed = ((compactNtp(this.now) - lastReport - delay) | 0) / 65.536;
    if (elapsed < -5 || elapsed > 10_000) return;
    const sample = Math.max(0, elapsed);
    const before = this.#connection.roundTripMs;
    this.#connection.roundTripMs = before === undefined ? sample : before + (sample - before) / 4;
  }

  goodbye(ssrc: number): void {
    this.#connection.inbound.remove(ssrc);
  }

  nack(source: number, sequence: number, mask: number): void {
    const place = this.#connection.placesBySsrc.get(source);
    if (place === undefined) return;
    const roundTripMs = this.#connection.roundTripMs ?? 50;
    place.resend(sequence, roundTripMs, this.now);
    for (let bit = 0; bit < 16; bit++)
      if ((mask & (1 << bit)) !== 0) place.resend((sequence + bit + 1) & 0xffff, roundTripMs, this.now);
  }

  keyFrameWanted(source: number): void {
    const place = this.#connection.placesBySsrc.get(source);
    const stream = place?.target ?? place?.current;
    // Whoever asks all the time gets no more than its share: key frames cost everyone who watches.
    if (stream !== undefined && place?.keyFrameBudget.spend(1, this.now)) stream.wantKeyFrame(this.now);
  }

  estimatedMaximumBits(bits: number): void {
    this.#connection.downlink.estimatedMaximum(bits, this.now);
  }

  transportFeedback(feedback: TransportFeedback): void {
    this.#connection.downlink.transportFeedback(feedback, this.now);
  }

  /** The compound is read. */
  finish(): void {
    if (this.#expected < leastReported) return;
    // Transport-wide feedback says it sooner and of every packet.
    if (this.#connection.extensions.transportSequenceNumber === undefined)
      this.#connection.downlink.reportedLoss(this.#lost / this.#expected, this.now);
    this.#expected = 0;
    this.#lost = 0;
  }
}
