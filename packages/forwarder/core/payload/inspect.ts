import { type FrameFacts, forget } from "./frame-facts.ts";
import { inspectVp8 } from "./vp8.ts";
import { inspectVp9 } from "./vp9.ts";

/** Formats whose key frames are told; `sound` needs none. */
export type Format = "vp8" | "vp9" | "h264" | "av1" | "sound";

/** By the registered name of a codec; undefined: not passed on. */
export function formatOf(kind: "audio" | "video", name: string): Format | undefined {
  const lower = name.toLowerCase();
  if (kind === "audio") return lower === "telephone-event" || lower === "cn" ? undefined : "sound";
  return lower === "vp8" || lower === "vp9" || lower === "h264" || lower === "av1" ? lower : undefined;
}

/** Fills `facts` from the payload at [from, end) of a packet. */
export function inspect(
  format: Format,
  packet: Uint8Array,
  from: number,
  end: number,
  facts: FrameFacts,
): void {
  forget(facts);
  switch (format) {
    case "vp8":
      inspectVp8(packet, from, end, facts);
      return;
    case "vp9":
      inspectVp9(packet, from, end, facts);
      return;
    case "h264":
      facts.startsKeyFrame = startsH264KeyFrame(packet, from, end);
      return;
    case "av1":
      // N of the aggregation header: the first packet of a coded video sequence (AV1 RTP payload format, section 4.4).
      facts.startsKeyFrame = from < end && ((packet[from] as number) & 0x08) !== 0;
      return;
    case "sound":
      return;
  }
}

const idr = 5;
const sequenceParameters = 7;
const aggregate = 24;
const fragment = 28;

/** A sequence parameter set, or an IDR picture, alone, aggregated or as first fragment (RFC 6184, sections 5.6 to 5.8). */
function startsH264KeyFrame(packet: Uint8Array, from: number, end: number): boolean {
  if (from >= end) return false;
  const starts = (type: number): boolean => type === idr || type === sequenceParameters;
  const type = (packet[from] as number) & 31;
  if (type === aggregate) {
    for (let at = from + 1; at + 2 < end; ) {
      if (starts((packet[at + 2] as number) & 31)) return true;
      at += 2 + (((packet[at] as number) << 8) | (packet[at + 1] as number));
    }
    return false;
  }
  if (type === fragment) {
    const header = from + 1 < end ? (packet[from + 1] as number) : 0;
    return header > 127 && starts(header & 31);
  }
  return starts(type);
}
