import type { Random } from "@parlour/testkit";

/** How one direction of a UDP proxy treats what passes. All of it may be changed while it runs. */
export interface ShaperConditions {
  /** One way, milliseconds. */
  readonly delayMs: number;
  /** Added to the delay, drawn evenly between 0 and this. */
  readonly jitterMs: number;
  /** Whether jitter may let a later packet overtake an earlier one. */
  readonly reorders: boolean;
  /** Probability that a packet is lost, each for itself. */
  readonly loss: number;
  /**
   * Loss in bursts (the model of Gilbert): a burst begins with probability `begin` at each packet, everything in it is
   * lost, and it ends with probability `end` at each packet; so it lasts 1/`end` packets on average.
   */
  readonly bursts: { readonly begin: number; readonly end: number } | undefined;
  /** What the line carries; `Infinity` for no limit. */
  readonly bytesPerSecond: number;
  /** Bytes that may wait for the line; what comes when it is full is lost. */
  readonly queueBytes: number;
}

export const clearLine: ShaperConditions = {
  delayMs: 0,
  jitterMs: 0,
  reorders: false,
  loss: 0,
  bursts: undefined,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  queueBytes: 64 * 1024,
};

/** Why a packet did not get through. */
export type Lost = "loss" | "burst" | "queue";

/** One direction's fate, packet by packet. Has no clock: `now` is in milliseconds. */
export interface Shaper {
  conditions: ShaperConditions;
  /** When the packet arrives, or why it doesn't. */
  pass(bytes: number, now: number): { readonly at: number } | { readonly lost: Lost };
}

export function createShaper(random: Random, conditions: ShaperConditions = clearLine): Shaper {
  let isInBurst = false;
  /** When the line has sent everything that was given to it. */
  let freeAt = 0;
  let lastArrival = 0;
  return {
    conditions,
    pass(bytes, now) {
      const { delayMs, jitterMs, reorders, loss, bursts, bytesPerSecond, queueBytes } = this.conditions;
      isInBurst =
        bursts !== undefined && (isInBurst ? !random.chance(bursts.end) : random.chance(bursts.begin));
      if (isInBurst) return { lost: "burst" };
      if (random.chance(loss)) return { lost: "loss" };
      let sentAt = now;
      if (bytesPerSecond !== Number.POSITIVE_INFINITY) {
        const waiting = Math.max(0, freeAt - now);
        if ((waiting / 1000) * bytesPerSecond + bytes > queueBytes) return { lost: "queue" };
        sentAt = now + waiting + (bytes / bytesPerSecond) * 1000;
        freeAt = sentAt;
      }
      let at = sentAt + delayMs + random.next() * jitterMs;
      if (!reorders) {
        at = Math.max(at, lastArrival);
        lastArrival = at;
      }
      return { at };
    },
  };
}
