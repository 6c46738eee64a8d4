import { createArrivals, createFlight } from "./flight.ts";
import { gainOf } from "./gain.ts";
import { createLanes, type LanesSetup } from "./lanes.ts";
import type { LanesMessage } from "./lanes-messages.ts";

export type Far = ReturnType<typeof createFar>;

/** What files take over a distance, loaded for who is not near: more connections, and a bound to what is under way. */
export function createFar(
  setup: LanesSetup & {
    readonly roundTripMs: () => number;
    readonly beginning: Parameters<typeof createFlight>[2];
  },
) {
  const { say, now, after } = setup;
  const lanes = createLanes(setup);
  const flight = createFlight(now, setup.roundTripMs, setup.beginning);
  const arrivals = createArrivals((bytes) => say({ lanes: "arrived", bytes }), now, after);
  return {
    lanes,
    flight,
    arrivals,
    gain: gainOf(now),
    heard(message: LanesMessage): void {
      if (message.lanes === "arrived") flight.arrived(message.bytes);
      else lanes.receive(message);
    },
    reset(): void {
      lanes.reset();
      flight.reset();
      arrivals.reset();
    },
    close(): void {
      arrivals.reset();
      lanes.close();
    },
  };
}
