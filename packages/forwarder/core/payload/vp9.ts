import { readUint16 } from "../rtp/bytes.ts";
import { type FrameFacts, readPictureId } from "./frame-facts.ts";

/** The descriptor of VP9 (RFC 9628, section 4.2). It is outside of the frame, of which nothing has to stay in clear. */
export function inspectVp9(packet: Uint8Array, from: number, end: number, facts: FrameFacts): void {
  if (from >= end) return;
  const first = packet[from] as number;
  const isPredicted = (first & 0x40) !== 0;
  const hasLayers = (first & 0x20) !== 0;
  const isFlexible = (first & 0x10) !== 0;
  let at = from + 1;
  let spatial = 0;
  if ((first & 0x80) !== 0) at = readPictureId(packet, at, end, facts);
  if (hasLayers) {
    if (at >= end) return;
    spatial = ((packet[at++] as number) >> 1) & 7;
    if (!isFlexible) {
      if (at >= end) return;
      facts.baseLayerIndexAt = at;
      facts.baseLayerIndex = packet[at++] as number;
    }
  }
  if (isPredicted || (first & 0x08) === 0 || spatial !== 0 || at > end) return;
  facts.startsKeyFrame = true;
  // Scalability structure, with the size of each spatial layer: the largest comes last.
  if ((first & 0x02) === 0 || at >= end) return;
  const structure = packet[at++] as number;
  const last = at + (structure >> 5) * 4;
  if ((structure & 0x10) !== 0 && last + 4 <= end) facts.height = readUint16(packet, last + 2);
}
