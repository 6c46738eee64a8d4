import { readUint16, readUint24, readUint32 } from "../rtp/bytes.ts";
import { readTransportFeedback, type TransportFeedback } from "./transport-feedback.ts";

/** RTCP packet types (RFC 3550, section 12.1; RFC 4585, section 6.1). */
export const packetTypes = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;
/** Formats of feedback (RFC 4585, sections 6.2 and 6.3; RFC 5104; draft-holmer-rmcat-transport-wide-cc-extensions-01). */
export const feedbackFormats = {
  nack: 1,
  transportWide: 15,
  pictureLoss: 1,
  fullIntra: 4,
  application: 15,
} as const;

/** What is heard of the packets of a compound. Numbers are as on the wire. */
export interface RtcpVisitor {
  /** NTP time as seconds and fraction of 2^-32 s. */
  senderReport(ssrc: number, ntpSeconds: number, ntpFraction: number, timestamp: number): void;
  /** One report block of an SR or RR: about `source`, which is the reader's. `lost` is of 256. */
  reportBlock(source: number, lost: number, highestSequence: number, lastReport: number, delay: number): void;
  goodbye(ssrc: number): void;
  /** One entry of a NACK: `sequence` is missing, and those of the bit mask after it (bit 0: the next). */
  nack(source: number, sequence: number, mask: number): void;
  keyFrameWanted(source: number): void;
  estimatedMaximumBits(bits: number): void;
  transportFeedback(feedback: TransportFeedback): void;
}

const feedback: TransportFeedback = {
  count: 0,
  sequences: new Uint16Array(1024),
  arrivals: new Float64Array(1024),
};

/**
 * Reads a compound or reduced-size packet (RFC 3550, section 6.1; RFC 5506). What is unknown is passed over; false: what follows
 * does not add up, and was not read.
 */
export function readRtcp(packet: Uint8Array, visitor: RtcpVisitor): boolean {
  for (let at = 0; at < packet.length; ) {
    if (at + 4 > packet.length || (packet[at] as number) >> 6 !== 2) return false;
    const end = at + 4 + readUint16(packet, at + 2) * 4;
    if (end > packet.length) return false;
    const count = (packet[at] as number) & 31;
    if (!readOne(packet, packet[at + 1] as number, count, at + 4, end, visitor)) return false;
    at = end;
  }
  return packet.length > 0;
}

function readOne(
  packet: Uint8Array,
  type: number,
  count: number,
  at: number,
  end: number,
  visitor: RtcpVisitor,
): boolean {
  switch (type) {
    case packetTypes.senderReport:
      if (at + 24 + count * 24 > end) return false;
      visitor.senderReport(
        readUint32(packet, at),
        readUint32(packet, at + 4),
        readUint32(packet, at + 8),
        readUint32(packet, at + 12),
      );
      readBlocks(packet, at + 24, count, visitor);
      return true;
    case packetTypes.receiverReport:
      if (at + 4 + count * 24 > end) return false;
      readBlocks(packet, at + 4, count, visitor);
      return true;
    case packetTypes.goodbye:
      if (at + count * 4 > end) return false;
      for (let i = 0; i < count; i++) visitor.goodbye(readUint32(packet, at + i * 4));
      return true;
    case packetTypes.transportFeedback:
      if (at + 8 > end) return false;
      if (count === feedbackFormats.nack)
        for (let entry = at + 8; entry + 4 <= end; entry += 4)
          visitor.nack(readUint32(packet, at + 4), readUint16(packet, entry), readUint16(packet, entry + 2));
      else if (count === feedbackFormats.transportWide) {
        if (!readTransportFeedback(packet, at + 8, end, feedback)) return false;
        visitor.transportFeedback(feedback);
      }
      return true;
    case packetTypes.payloadFeedback:
      return at + 8 <= end && readPayloadFeedback(packet, count, at, end, visitor);
    default:
      return true;
  }
}

function readBlocks(packet: Uint8Array, first: number, count: number, visitor: RtcpVisitor): void {
  for (let i = 0, at = first; i < count; i++, at += 24)
    visitor.reportBlock(
      readUint32(packet, at),
      packet[at + 4] as number,
      readUint32(packet, at + 8),
      readUint32(packet, at + 16),
      readUint32(packet, at + 20),
    );
}

function readPayloadFeedback(
  packet: Uint8Array,
  format: number,
  at: number,
  end: number,
  visitor: RtcpVisitor,
): boolean {
  if (format === feedbackFormats.pictureLoss) visitor.keyFrameWanted(readUint32(packet, at + 4));
  else if (format === feedbackFormats.fullIntra)
    // RFC 5104, section 4.3.1.1: the source is in each entry.
    for (let entry = at + 8; entry + 8 <= end; entry += 8) visitor.keyFrameWanted(readUint32(packet, entry));
  else if (format === feedbackFormats.application && at + 16 <= end && readUint32(packet, at + 8) === remb) {
    const exponent = (packet[at + 13] as number) >> 2;
    visitor.estimatedMaximumBits((readUint24(packet, at + 13) & 0x3ffff) * 2 ** exponent);
  }
  return true;
}

/** "REMB" (draft-alvestrand-rmcat-remb-03, section 2.2). */
export const remb = 0x52454d42;
