import { type FrameFacts, readPictureId } from "./frame-facts.ts";

/**
 * The descriptor of VP8 (RFC 7741, section 4.2) and, in the first packet of a frame, the uncompressed begin of the frame
 * (RFC 6386, section 9.1), which sealed frames leave in clear: 10 bytes of a key frame, 3 of others.
 */
export function inspectVp8(packet: Uint8Array, from: number, end: number, facts: FrameFacts): void {
  if (from >= end) return;
  const first = packet[from] as number;
  let at = from + 1;
  if ((first & 0x80) !== 0) {
    if (at >= end) return;
    const extended = packet[at++] as number;
    if ((extended & 0x80) !== 0) at = readPictureId(packet, at, end, facts);
    if ((extended & 0x40) !== 0) {
      if (at >= end) return;
      facts.baseLayerIndexAt = at;
      facts.baseLayerIndex = packet[at++] as number;
    }
    if ((extended & 0x30) !== 0) at++;
  }
  // S, and partition 0: the frame begins here. P of its header: 0 is a key frame.
  if ((first & 0x17) !== 0x10 || at >= end || ((packet[at] as number) & 1) !== 0) return;
  facts.startsKeyFrame = true;
  if (at + 10 <= end && packet[at + 3] === 0x9d && packet[at + 4] === 0x01 && packet[at + 5] === 0x2a)
    facts.height = (((packet[at + 9] as number) << 8) | (packet[at + 8] as number)) & 0x3fff;
}
