import { type Check, count, list, record, shape, text, variant } from "../shape.ts";

/** What the two sides of a link say to each other. JSON in UTF-8, inside the signal stream. */

export const linkLimits = {
  sdpCharacters: 240 * 1024,
  candidateCharacters: 1024,
  candidatesPerSignal: 64,
  /** Candidates that wait for their description. */
  heldCandidates: 128,
  /** Operations that wait for the one that runs. */
  waitingOperations: 32,
  /** Signals that no honest page sends, before the link ends. */
  violations: 16,
  /** Connections made for one link without one of them connecting. */
  fruitlessRebuilds: 8,
} as const;

export interface Candidate {
  /** Empty: there are no more (RFC 8838, section 13). */
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}
export interface Description {
  readonly type: "offer" | "answer";
  readonly generation: number;
  readonly sdp: string;
  /** What the parts of the link (channels, media) say beside it. Each part validates its own. */
  readonly parts: Readonly<Record<string, unknown>>;
}
export type LinkSignal =
  | Description
  | {
      readonly type: "candidates";
      readonly generation: number;
      readonly candidates: readonly Candidate[];
    }
  /** The polite side wants to make an offer; the impolite side lets it, and makes none before that one came. */
  | { readonly type: "ask" | "go"; readonly generation: number }
  /** A new connection takes the place of the old one on both sides; the one who makes first offers offers. */
  | { readonly type: "rebuild"; readonly generation: number; readonly reason: string };

const generation = count(1);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const short = orNull(text(256));
const candidate = shape({
  candidate: text(linkLimits.candidateCharacters),
  sdpMid_: short,
  sdpMLineIndex_: orNull(count(0, 65_535)),
  usernameFragment_: short,
});
const description = shape({
  generation,
  sdp: text(linkLimits.sdpCharacters),
  parts_: record(text(32), () => true),
});
const isSignal = variant({
  offer: description,
  answer: description,
  candidates: shape({ generation, candidates: list(candidate, linkLimits.candidatesPerSignal) }),
  ask: shape({ generation }),
  go: shape({ generation }),
  rebuild: shape({ generation, reason: text(100) }),
});

/** Reads what the other side sent; undefined when it is not a signal. The link's only way in. */
export function parseLinkSignal(text: string): LinkSignal | undefined {
  try {
    const signal = JSON.parse(text);
    if (!isSignal(signal)) return undefined;
    if ("sdp" in signal) signal.parts ??= {};
    return signal;
  } catch {
    return undefined;
  }
}
