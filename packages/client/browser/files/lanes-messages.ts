/** What the two pages say to each other about more connections for files, on the exactly-once channel `parlour:lanes`. */
export type LanesMessage =
  /** I could use more. The other page makes the offers. */
  | { readonly lanes: "wanted" }
  /** Say `pong` at once: how far away are you? For browsers that don't tell. */
  | { readonly lanes: "ping" }
  | { readonly lanes: "pong" }
  | {
      readonly lanes: "description";
      readonly lane: number;
      readonly kind: "offer" | "answer";
      readonly sdp: string;
    }
  | { readonly lanes: "candidate"; readonly lane: number; readonly candidate: string; readonly mid: string }
  /** Of the files' bytes that you sent over this link, so many are here. */
  | { readonly lanes: "arrived"; readonly bytes: number }
  /** That one is of no more use. */
  | { readonly lanes: "closed"; readonly lane: number };

export const sdpCharacters = 16_384;
const candidateCharacters = 1_024;

/** Undefined for what is none. */
export function readLanesMessage(value: unknown): LanesMessage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { lanes, lane, kind, sdp, candidate, mid, bytes } = value as Partial<Record<string, unknown>>;
  if (lanes === "wanted" || lanes === "ping" || lanes === "pong") return { lanes };
  const isWhole = (number: unknown): number is number => Number.isSafeInteger(number) && Number(number) >= 1;
  if (lanes === "arrived") return isWhole(bytes) ? { lanes, bytes } : undefined;
  if (!isWhole(lane)) return undefined;
  if (lanes === "closed") return { lanes, lane };
  const isText = (text: unknown, most: number): text is string =>
    typeof text === "string" && text.length <= most;
  if (lanes === "description" && (kind === "offer" || kind === "answer"))
    return isText(sdp, sdpCharacters) ? { lanes, lane, kind, sdp } : undefined;
  if (lanes === "candidate" && isText(candidate, candidateCharacters) && isText(mid, 16))
    return { lanes, lane, candidate, mid };
  return undefined;
}
