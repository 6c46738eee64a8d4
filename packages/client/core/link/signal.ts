import * as v from "valibot";

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

const generation = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const short = v.pipe(v.string(), v.maxLength(256));

const candidate = v.object({
  /** Empty: there are no more (RFC 8838, section 8.2). */
  candidate: v.pipe(v.string(), v.maxLength(linkLimits.candidateCharacters)),
  sdpMid: v.exactOptional(v.nullable(short)),
  sdpMLineIndex: v.exactOptional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  ),
  usernameFragment: v.exactOptional(v.nullable(short)),
});

const schema = v.variant("type", [
  v.object({
    type: v.picklist(["offer", "answer"]),
    generation,
    sdp: v.pipe(v.string(), v.maxLength(linkLimits.sdpCharacters)),
    /** What the parts of the link (channels, media) say beside it. Each part validates its own. */
    parts: v.exactOptional(v.record(v.pipe(v.string(), v.maxLength(32)), v.unknown()), {}),
  }),
  v.object({
    type: v.literal("candidates"),
    generation,
    candidates: v.pipe(v.array(candidate), v.maxLength(linkLimits.candidatesPerSignal)),
  }),
  /** A new connection takes the place of the old one on both sides; the one who makes first offers offers. */
  v.object({ type: v.literal("rebuild"), generation, reason: v.pipe(v.string(), v.maxLength(100)) }),
]);

export type LinkSignal = v.InferOutput<typeof schema>;
export type Description = Extract<LinkSignal, { type: "offer" | "answer" }>;
export type Candidate = v.InferOutput<typeof candidate>;

/** Reads what the other side sent; undefined when it is not a signal. The link's only way in. */
export function parseLinkSignal(text: string): LinkSignal | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text), { abortEarly: true });
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
