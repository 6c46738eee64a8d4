import { distance32 } from "../rtp/bytes.ts";

/**
 * Where a page's NTP clock stands against ours: the least delay between the time in a sender report and its arrival. One for all
 * streams of a page, so that sound and picture keep their distance.
 */
export class PublisherClock {
  #offset = Number.NaN;
  #at = 0;

  /** ms to add to the page's NTP time for ours; NaN: nothing is known yet. */
  get offset(): number {
    return this.#offset;
  }
  senderReport(ntpMs: number, now: number): void {
    const sample = now - ntpMs;
    // Clocks drift: what was the least long ago may be too little now. 100 ppm is more than they do.
    const drifted = this.#offset + (now - this.#at) / 10_000;
    // A clock that was set is another clock.
    const isSet = Math.abs(sample - drifted) > 5_000;
    this.#offset = Number.isNaN(drifted) || isSet ? sample : Math.min(drifted, sample);
    this.#at = now;
  }
}

/** When frames of one stream were taken, in our time: by its sender reports, or by arrival until the first one comes. */
export class StreamClock {
  readonly #clockRate: number;
  readonly #publisher: PublisherClock;
  #ntpMs = Number.NaN;
  #timestamp = 0;

  constructor(clockRate: number, publisher: PublisherClock) {
    this.#clockRate = clockRate;
    this.#publisher = publisher;
  }

  senderReport(ntpMs: number, timestamp: number): void {
    this.#ntpMs = ntpMs;
    this.#timestamp = timestamp;
  }
  /** Whether sender reports say it. */
  get isKnown(): boolean {
    return !Number.isNaN(this.#ntpMs);
  }
  /** ms of our clock; `arrivedAt` for streams without reports. */
  takenAt(timestamp: number, arrivedAt: number): number {
    if (!this.isKnown) return arrivedAt;
    const elapsed = (distance32(this.#timestamp, timestamp) * 1_000) / this.#clockRate;
    const at = this.#ntpMs + this.#publisher.offset + elapsed;
    // A report that contradicts the packets by seconds is no help.
    return Math.abs(at - arrivedAt) > 5_000 ? arrivedAt : at;
  }
  /** The timestamp of what is taken at `now`; only when `isKnown`. */
  timestampAt(now: number): number {
    const elapsed = now - (this.#ntpMs + this.#publisher.offset);
    return (this.#timestamp + Math.round((elapsed * this.#clockRate) / 1_000)) >>> 0;
  }
}

/** NTP seconds and fraction as ms; the era does not matter. */
export function ntpToMs(seconds: number, fraction: number): number {
  return seconds * 1_000 + fraction / 4_294_967.296;
}
