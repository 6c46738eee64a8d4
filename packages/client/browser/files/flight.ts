/**
 * How much may be under way to one page, over all connections together. A browser's association sends faster and faster
 * until packets are lost. Where a line keeps little of what is too much, that is hundreds at once, and they are repeated
 * a few in each round trip, for many seconds. So no more is under way than the line carries in a round trip and a moment
 * more; what arrived lately says how fast it is.
 */
export const flightLimits = {
  /** What a line is trusted to keep, and what the two pages take to say what came, ms. */
  slackMs: 80,
  /** So many times what the line showed so far, so that it can show more. */
  more: 1.25,
  sampleMs: 100,
  /** The fastest of so long counts. */
  keptMs: 3_000,
  /** Frames of so many bytes at least, and else a sixteenth of what may be under way: one that is not whole did not arrive. */
  leastFrame: 16 * 1024,
  /** The other page says what came each so many bytes, but not more often than each `tellMs`. */
  tellBytes: 32 * 1024,
  tellMs: 20,
} as const;

export type Flight = ReturnType<typeof createFlight>;

/**
 * `beginning`: so many bytes may be under way before anything is known, and when nothing is said of what is under way for so long,
 * it is lost, or the other page never says.
 */
export function createFlight(
  now: () => number,
  roundTripMs: () => number,
  beginning: { readonly bytes: number; readonly ms: number },
) {
  const { slackMs, more, sampleMs, keptMs } = flightLimits;
  let sent = 0;
  let arrived = 0;
  /** Of what was sent and did not arrive, what is not under way either. */
  let lost = 0;
  let saidAt: number | undefined;
  let hasSaid = false;
  let sampled = { at: 0, bytes: 0 };
  /** Bytes each ms. */
  let rates: { readonly at: number; readonly rate: number }[] = [];

  const window = (): number => {
    const since = now() - keptMs;
    const fastest = rates.reduce((most, { at, rate }) => (at >= since ? Math.max(most, rate) : most), 0);
    return Math.max(beginning.bytes, more * fastest * (roundTripMs() + slackMs));
  };
  const giveUp = (): void => {
    lost = sent - arrived;
  };

  return {
    get frameBytes() {
      return Math.max(flightLimits.leastFrame, window() >> 4);
    },
    /** Whether so many bytes more are too much for now. One frame may always be under way. */
    isFull(bytes: number): boolean {
      const underWay = sent - arrived - lost;
      if (underWay <= 0 || underWay + bytes <= window()) return false;
      if (now() - (saidAt ?? now()) < beginning.ms) return true;
      if (!hasSaid) return false;
      giveUp();
      saidAt = now();
      return false;
    },
    sent(bytes: number): void {
      if (sent - arrived - lost <= 0) {
        saidAt = now();
        sampled = { at: now(), bytes: arrived };
      }
      sent += bytes;
    },
    /** The other page has that many of the bytes that were sent to it. What can't be is no news. */
    arrived(bytes: number): void {
      if (!(bytes > arrived && bytes <= sent)) return;
      const at = now();
      arrived = bytes;
      lost = Math.max(0, Math.min(lost, sent - arrived));
      saidAt = at;
      hasSaid = true;
      const passed = at - sampled.at;
      if (passed < sampleMs) return;
      rates = [
        ...rates.filter((one) => at - one.at < keptMs),
        { at, rate: (arrived - sampled.bytes) / passed },
      ];
      sampled = { at, bytes: arrived };
    },
    /** A connection is gone, and what was on it. */
    giveUp,
    reset(): void {
      sent = 0;
      arrived = 0;
      lost = 0;
      saidAt = undefined;
      hasSaid = false;
      rates = [];
    },
  };
}

/** The other side of it: says what came. */
export function createArrivals(
  say: (bytes: number) => void,
  now: () => number,
  after: (ms: number, callback: () => void) => () => void,
) {
  const { tellBytes, tellMs } = flightLimits;
  let all = 0;
  let told = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let stop: (() => void) | undefined;
  const tell = (): void => {
    stop = undefined;
    told = all;
    toldAt = now();
    say(all);
  };
  return {
    came(bytes: number): void {
      all += bytes;
      if (stop || all - told < tellBytes) return;
      const wait = tellMs - (now() - toldAt);
      if (wait <= 0) tell();
      else stop = after(wait, tell);
    },
    reset(): void {
      stop?.();
      stop = undefined;
      all = 0;
      told = 0;
    },
  };
}
