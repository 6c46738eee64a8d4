import type { MediaReport } from "@parlour/protocol";
import { type Suffers, sampleOf, sufferings } from "./sampling.ts";
import { lookAtMachine, passesOf, uplinkKnown } from "./willing.ts";

/** What a page finds out of how it bears what it sends, and could bear. */
export interface Bearing {
  /** Whether it passes others' media on, as reports have it; `decided`: by the person, or by who embeds this. */
  passes(decided: boolean | undefined): NonNullable<MediaReport["passes"]> | false;
  /** How it fares on these connections, or on none. */
  sample(linked: readonly RTCPeerConnection[]): Promise<Suffers | undefined>;
}

/** Loaded with the third person in a room, since with two nothing follows from it. */
export function bearing(): Bearing {
  const conclude = sufferings();
  const machine = lookAtMachine();
  const known = uplinkKnown();
  let uplink: number | undefined;
  return {
    passes: (decided) => passesOf(machine(), decided, uplink),
    async sample(linked) {
      const sample = await sampleOf(linked);
      if (sample.bits) uplink = known(sample.bits, sample.uplink);
      return conclude(sample);
    },
  };
}
