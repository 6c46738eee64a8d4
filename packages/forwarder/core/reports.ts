import type { Connection } from "./connection.ts";
import { coreLimits } from "./limits.ts";
import { type ReportBlock, RtcpWriter } from "./rtcp/writer.ts";

const writer = new RtcpWriter();
const mostBlocks = 31;
const assumedRoundTripMs = 100;

/** Our clock as NTP time: any epoch does, as long as it is the same in all reports. */
function ntp(now: number): { readonly seconds: number; readonly fraction: number } {
  const seconds = Math.floor(now / 1_000);
  return {
    seconds: (seconds + 1) >>> 0,
    fraction: Math.floor((now / 1_000 - seconds) * 4_294_967_296) >>> 0,
  };
}
/** The middle 32 bits (RFC 3550, section 4), with which round trips are measured. */
export function compactNtp(now: number): number {
  const { seconds, fraction } = ntp(now);
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

function flush(connection: Connection): void {
  if (writer.length > 0) connection.output.rtcp(connection.transport, writer.take());
}
/** Sends what is there when that many bytes more would not fit. */
function makeRoom(connection: Connection, bytes: number): void {
  if (!writer.fits(bytes)) flush(connection);
}

/** What is missing, and key frames: as soon as they are due. Compounds have no reports then (RFC 5506). */
export function askForPackets(connection: Connection, now: number): void {
  for (const { stream } of connection.inbound.streams.values()) {
    if (stream.missing.count > 0) {
      const { sequences, givesUp } = stream.missing.due(now, connection.roundTripMs ?? assumedRoundTripMs);
      if (givesUp && stream.places.length + stream.waiting.length > 0) stream.wantKeyFrame(now);
      for (let at = 0; at < sequences.length; at += 100) {
        const some = sequences.slice(at, at + 100);
        makeRoom(connection, 12 + some.length * 4);
        writer.nack(connection.ssrc, stream.ssrc, some);
      }
    }
    if (stream.keyFrameWantedSince === undefined) continue;
    if (now - stream.keyFrameAskedAt < coreLimits.keyFrameRequestMs) continue;
    stream.keyFrameAskedAt = now;
    connection.keyFrameRequests++;
    makeRoom(connection, 12);
    writer.pictureLoss(connection.ssrc, stream.ssrc);
  }
  flush(connection);
}

/** Transport-wide feedback, each packet in a datagram of its own; every 50 ms or so. */
export function sendTransportFeedback(connection: Connection): void {
  if (!connection.arrivals.isDue) return;
  const source = connection.inbound.streams.keys().next().value ?? 0;
  for (let turn = 0; turn < 8; turn++) {
    const feedback = connection.arrivals.feedback(connection.ssrc, source);
    if (feedback === undefined) return;
    connection.output.rtcp(connection.transport, feedback);
  }
}

/** REMB, for pages without transport-wide feedback; every 200 ms or so. */
export function sendEstimate(connection: Connection, now: number): void {
  const sources = [...connection.inbound.streams.keys()];
  if (sources.length === 0) return;
  writer.estimatedMaximumBits(connection.ssrc, connection.uplink.estimate(now), sources);
  flush(connection);
}

/** Reports about what the page sends, and of our own streams to it (RFC 3550, section 6.4); each second. */
export function sendReports(connection: Connection, now: number): void {
  const name = connection.ssrc.toString(36);
  const blocks: ReportBlock[] = [];
  for (const { stream } of connection.inbound.streams.values())
    if (stream.sequence.highest >= 0) blocks.push(stream.reception.block(stream.ssrc, stream.sequence, now));
  for (let at = 0; at < blocks.length; at += mostBlocks) {
    const some = blocks.slice(at, at + mostBlocks);
    makeRoom(connection, 8 + some.length * 24);
    writer.receiverReport(connection.ssrc, some);
  }
  if (blocks.length > 0) {
    makeRoom(connection, 24);
    writer.sourceDescription(connection.ssrc, name);
  }
  const { seconds, fraction } = ntp(now);
  for (const place of connection.places.values()) {
    const timestamp = place.timestampAt(now);
    if (timestamp === undefined) continue;
    makeRoom(connection, 28 + 24);
    writer.senderReport(place.ssrc, seconds, fraction, timestamp, place.packets, place.octets);
    writer.sourceDescription(place.ssrc, name);
  }
  flush(connection);
}
