import type { LanesMessage } from "./lanes-messages.ts";

/** Nearer than this one way carries all that there is, ms. */
export const farMs = 8;
/** As long as nobody knows how far it is: so many bytes under way, for so long. */
export const beginning = { bytes: 256 * 1024, ms: 1_000 };
const pingsMost = 3;

export type Distance = ReturnType<typeof createDistance>;

/** How far away the other page is: asked a few times, one after the other, and the least of that counts. */
export function createDistance(say: (message: LanesMessage) => void, now: () => number) {
  let pingedAt: number | undefined;
  let pings = 0;
  let leastMs = Number.POSITIVE_INFINITY;
  const ask = (): void => {
    if (pings >= pingsMost || pingedAt !== undefined) return;
    pingedAt = now();
    say({ lanes: "ping" });
  };
  return {
    ask,
    /** Infinite as long as nobody knows. */
    leastMs: (): number => (pings < pingsMost ? Number.POSITIVE_INFINITY : leastMs),
    heard(message: LanesMessage & { lanes: "ping" | "pong" }): void {
      if (message.lanes === "ping") say({ lanes: "pong" });
      else if (pingedAt !== undefined) {
        leastMs = Math.min(leastMs, now() - pingedAt);
        pingedAt = undefined;
        pings++;
        ask();
      }
    },
    reset(): void {
      pingedAt = undefined;
      pings = 0;
      leastMs = Number.POSITIVE_INFINITY;
    },
  };
}
