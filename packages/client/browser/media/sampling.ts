import type { MediaReport } from "@parlour/protocol";

/** A processor that is too slow for so long is taken at its word; an uplink only later, since a browser tries it out at first. */
const processorSamples = 3;
const uplinkSamples = 5;
/** It is taken back when nothing was seen for so long. */
const calmSamples = 5;
/** A picture gets less than it was given when this much of it is missing. */
const lessThan = 0.7;
const muchLost = 0.1;

/** What one sample saw: the worst of all links. */
export interface Sample {
  readonly processor: boolean;
  readonly uplink: boolean;
  /** What all of them together may send, by the browser's estimates, in bits per second; missing: it makes none. */
  readonly bits?: number;
}
export type Suffers = NonNullable<MediaReport["suffers"]>;

/** Concludes from samples whether sending is too much for this page. */
export function sufferings(): (sample: Sample) => Suffers | undefined {
  let processor = 0;
  let uplink = 0;
  let calm = 0;
  let present: Suffers | undefined;
  return (sample) => {
    processor = sample.processor ? processor + 1 : 0;
    uplink = sample.uplink ? uplink + 1 : 0;
    calm = sample.processor || sample.uplink ? 0 : calm + 1;
    if (processor >= processorSamples) present = "processor";
    else if (uplink >= uplinkSamples && present === undefined) present = "uplink";
    else if (calm >= calmSamples) present = undefined;
    return present;
  };
}

/** How this page's pictures fare on these connections. */
export async function sampleOf(connections: readonly RTCPeerConnection[]): Promise<Sample> {
  const found = { processor: false, uplink: false };
  const senders = connections.flatMap((connection) =>
    connection
      .getSenders()
      .filter(({ track }) => track?.kind === "video")
      .map((sender) => [connection, sender] as const),
  );
  const bits = new Map<RTCPeerConnection, number>();
  await Promise.allSettled(
    senders.map(async ([connection, sender]) => {
      const given = sender.getParameters().encodings[0];
      if (given?.active === false) return;
      for (const said of (await sender.getStats()).values()) {
        if (said.type === "outbound-rtp") {
          const { qualityLimitationReason, targetBitrate } = said;
          if (qualityLimitationReason === "cpu") found.processor = true;
          const isShort = targetBitrate < lessThan * (given?.maxBitrate ?? 0);
          if (qualityLimitationReason === "bandwidth" && isShort) found.uplink = true;
        }
        if (said.type === "candidate-pair" && said.availableOutgoingBitrate > 0)
          bits.set(connection, said.availableOutgoingBitrate);
        // Browsers that don't say why: what the other side misses.
        if (said.type === "remote-inbound-rtp" && said.fractionLost >= muchLost) found.uplink = true;
      }
    }),
  );
  return found;
}
