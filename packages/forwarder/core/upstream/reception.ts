import type { ReportBlock } from "../rtcp/writer.ts";
import { distance32 } from "../rtp/bytes.ts";
import type { SequenceNumbers } from "./sequence.ts";

/** What a receiver report says of one stream: loss (RFC 3550, appendix A.3) and jitter (appendix A.8). */
export class Reception {
  readonly #clockRate: number;
  #jitter = 0;
  #lastArrival = Number.NaN;
  #lastTimestamp = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #first = -1;
  /** The middle 32 bits of the last sender report's NTP time, and when it came. */
  #lastReport = 0;
  #lastReportAt = 0;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** A packet that is not late. */
  arrived(timestamp: number, now: number): void {
    const arrival = (now * this.#clockRate) / 1_000;
    if (!Number.isNaN(this.#lastArrival)) {
      const difference = Math.abs(arrival - this.#lastArrival - distance32(this.#lastTimestamp, timestamp));
      // A jump of the sender's clock is not jitter.
      if (difference < this.#clockRate * 5) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#lastArrival = arrival;
    this.#lastTimestamp = timestamp;
  }
  senderReport(ntpSeconds: number, ntpFraction: number, now: number): void {
    this.#lastReport = (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
    this.#lastReportAt = now;
  }

  get lost(): number {
    return Math.max(0, this.#expectedBefore - this.#receivedBefore);
  }

  block(source: number, sequence: SequenceNumbers, now: number): ReportBlock {
    if (this.#first !== sequence.first) {
      this.#first = sequence.first;
      this.#expectedBefore = 0;
      this.#receivedBefore = 0;
    }
    const expected = sequence.highest - sequence.first + 1;
    const received = sequence.received;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = received;
    return {
      source,
      fractionLost:
        expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
      totalLost: Math.min(0x7fffff, Math.max(0, expected - received)),
      // Cycles count from the first packet on.
      highestSequence: (sequence.highest - (sequence.first - (sequence.first & 0xffff))) >>> 0,
      jitter: Math.floor(this.#jitter) >>> 0,
      lastReport: this.#lastReport,
      delay: this.#lastReport === 0 ? 0 : Math.floor(((now - this.#lastReportAt) * 65_536) / 1_000) >>> 0,
    };
  }
}
