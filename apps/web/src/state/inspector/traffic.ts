import type { LinkRecording, Recording, SignalingCounts, Traffic } from "@parlour/client/inspect";

/** A line of the proof: a kind of frame, and what went each way. */
export interface TrafficLine extends Traffic {
  readonly kind: string;
}

export interface Proof {
  /** Over the server since the link was connected first, by kind; undefined when that is not known. */
  readonly overServer: readonly TrafficLine[] | undefined;
  readonly serverTotal: Traffic;
  /** Over the link itself, this far. */
  readonly between: { readonly bytesSent: number; readonly bytesReceived: number };
}

const none: Traffic = { framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0 };

function grown(now: SignalingCounts, then: SignalingCounts): TrafficLine[] {
  return Object.entries(now)
    .map(([kind, counts]) => {
      const before = then[kind] ?? none;
      return {
        kind,
        framesSent: counts.framesSent - before.framesSent,
        framesReceived: counts.framesReceived - before.framesReceived,
        bytesSent: counts.bytesSent - before.bytesSent,
        bytesReceived: counts.bytesReceived - before.bytesReceived,
      };
    })
    .filter(({ framesSent, framesReceived }) => framesSent + framesReceived > 0)
    .sort((one, other) => other.bytesSent + other.bytesReceived - one.bytesSent - one.bytesReceived);
}

/** What went over the server since a link was there, against what went over the link. */
export function proofOf({ signaling }: Recording, link: LinkRecording): Proof {
  const overServer = link.signalingThen && grown(signaling, link.signalingThen);
  const sum = (key: keyof Traffic) => (overServer ?? []).reduce((total, line) => total + line[key], 0);
  const chosen = link.stats.find(
    (entry) =>
      entry["type"] === "candidate-pair" &&
      (entry["selected"] === true || entry["nominated"] === true) &&
      entry["state"] === "succeeded",
  );
  const transport = link.stats.find(
    (entry) => entry["type"] === "transport" && Number(entry["bytesSent"]) > 0,
  );
  const carrier = transport ?? chosen;
  return {
    overServer,
    serverTotal: {
      framesSent: sum("framesSent"),
      framesReceived: sum("framesReceived"),
      bytesSent: sum("bytesSent"),
      bytesReceived: sum("bytesReceived"),
    },
    between: {
      bytesSent: Number(carrier?.["bytesSent"]) || 0,
      bytesReceived: Number(carrier?.["bytesReceived"]) || 0,
    },
  };
}
