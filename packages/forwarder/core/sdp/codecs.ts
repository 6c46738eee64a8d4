import type { Codec } from "./lines.ts";

/** Most wanted first. What is not named comes after these in the order of the offer. */
const wanted: Readonly<Record<"audio" | "video", readonly string[]>> = {
  audio: ["OPUS"],
  // Every browser has VP8, and it has layers in time and a header that tells key frames; VP9 comes before H264 for its size.
  video: ["VP8", "VP9", "H264"],
};
/** Not codecs of pictures and sound, but other packings of them: the forwarder retransmits by itself, on the media's own SSRC. */
const packings = new Set(["RTX", "RED", "ULPFEC", "FLEXFEC", "FLEXFEC-03", "CN", "TELEPHONE-EVENT"]);
/** Without this one, pages would not understand each other. */
const required: Readonly<Record<"audio" | "video", string>> = { audio: "OPUS", video: "VP8" };

const bare = (name: string): string => name.toUpperCase();

/** The codecs of an answer: those of the offer, reordered. Undefined when the one that all have is missing. */
export function chooseCodecs(
  kind: "audio" | "video",
  offered: readonly Codec[],
): readonly Codec[] | undefined {
  if (!offered.some(({ name }) => bare(name) === required[kind])) return undefined;
  const rank = ({ name }: Codec): number => {
    const at = wanted[kind].indexOf(bare(name));
    return at < 0 ? wanted[kind].length : at;
  };
  return offered.filter(({ name }) => !packings.has(bare(name))).toSorted((a, b) => rank(a) - rank(b));
}

/** Feedback that an answer takes from an offer. */
export function chooseFeedback({ feedback }: Codec, withTransportCc: boolean): readonly string[] {
  const known = ["goog-remb", "nack", "nack pli", "ccm fir", ...(withTransportCc ? ["transport-cc"] : [])];
  return feedback.filter((one) => known.includes(one));
}
