import type { Connection } from "./connection.ts";
import type { RoomStatistics } from "./seams.ts";

/** Counters of connections that are over. */
export interface PastCounters {
  packetsIn: number;
  bytesIn: number;
  packetsOut: number;
  bytesOut: number;
  keyFrameRequests: number;
  retransmitted: number;
  lostUpstream: number;
}

export function countersOf(connection: Connection): PastCounters {
  let retransmitted = 0;
  let lostUpstream = 0;
  for (const place of connection.places.values()) retransmitted += place.resent;
  for (const { stream } of connection.inbound.streams.values()) lostUpstream += stream.reception.lost;
  const { packetsIn, bytesIn, packetsOut, bytesOut, keyFrameRequests } = connection;
  return { packetsIn, bytesIn, packetsOut, bytesOut, keyFrameRequests, retransmitted, lostUpstream };
}
export function addCounters(to: PastCounters, more: PastCounters): void {
  to.packetsIn += more.packetsIn;
  to.bytesIn += more.bytesIn;
  to.packetsOut += more.packetsOut;
  to.bytesOut += more.bytesOut;
  to.keyFrameRequests += more.keyFrameRequests;
  to.retransmitted += more.retransmitted;
  to.lostUpstream += more.lostUpstream;
}

export function statisticsOf(connections: Iterable<Connection>, past: PastCounters): RoomStatistics {
  const sum = { ...past };
  const receivers: RoomStatistics["receivers"][number][] = [];
  for (const connection of connections) {
    addCounters(sum, countersOf(connection));
    let resent = 0;
    for (const place of connection.places.values()) resent += place.resent;
    const pictures = [...connection.places.values()].flatMap(({ mid, assigned, current, kind }) => {
      const layer =
        kind === "video" ? (current === undefined ? -1 : (assigned?.layers.indexOf(current) ?? -1)) : -1;
      if (assigned === undefined || current === undefined || layer < 0) return [];
      const layers = assigned.layers.filter((one) => one !== undefined).length;
      return [{ mid, peer: assigned.peer, source: assigned.source, layer, layers, height: current.height }];
    });
    receivers.push({
      peer: connection.peer,
      downlinkBits: Math.round(connection.downlink.bits),
      lossShare: connection.downlink.lossShare,
      ...(connection.roundTripMs === undefined ? {} : { roundTripMs: Math.round(connection.roundTripMs) }),
      resent,
      pictures,
    });
  }
  return { ...sum, receivers };
}
