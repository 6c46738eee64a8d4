import { encodeHeader, type PacketHeader } from "./packet.ts";

/**
 * A reliable, ordered stream of signals to one other page, over a carrier that loses what is under way when it is cut.
 *
 * Go-back-N: the receiver takes exactly the next number and drops everything else, so that nothing waits on its side; the sender
 * keeps what is not acknowledged and sends it again on `resyncSignals` and after a growing timeout.
 */
export interface SignalStream {
  readonly tags: { readonly out: number; readonly in: number };
  /** Number of the last packet sent. */
  readonly lastOut: number;
  /** Number of the last packet taken. */
  readonly lastIn: number;
  /** Sent and not acknowledged, oldest first. */
  readonly outstanding: readonly Outstanding[];
  readonly outstandingBytes: number;
  /** Pieces of a body whose end has not come yet. */
  readonly pieces: readonly Uint8Array[];
  readonly piecesBytes: number;
  /** When an acknowledgement goes alone, unless a body takes it along before. */
  readonly acknowledgeAt: number | undefined;
  /** When what is outstanding goes again. */
  readonly resendAt: number | undefined;
  readonly resendAfterMs: number;
}

interface Outstanding {
  readonly number: number;
  readonly isContinued: boolean;
  readonly piece: Uint8Array;
}

export const signalLimits = {
  /** What may be outstanding. An honest page stays far below: one offer at a time and its candidates. */
  packets: 256,
  bytes: 512 * 1024,
  /** One body: a description with a hundred media lines. */
  bodyBytes: 256 * 1024,
  /** One packet's piece of it; with headers and seal it fits into the server's largest signal. */
  pieceBytes: 60 * 1024,
  /** How long an acknowledgement waits for a body to ride on. */
  acknowledgeAfterMs: 400,
  /** The carrier loses nothing while it stands, so this is for the rare loss that no resync reports. */
  resendAfterMs: 3_000,
  resendAfterMaxMs: 30_000,
} as const;

export type SignalEffect =
  /** Seal the piece with the header as binding, put the header in front, send. In this order. */
  | { readonly kind: "packet"; readonly header: Uint8Array<ArrayBuffer>; readonly piece: Uint8Array }
  | { readonly kind: "deliver"; readonly body: Uint8Array }
  /** Nothing was sent: the window is full, or the body larger than any may be. */
  | { readonly kind: "refused"; readonly reason: "window-full" | "too-large" }
  /** The packet was dropped because no honest page sends it. */
  | { readonly kind: "violation"; readonly reason: "acknowledged-unsent" | "bad-piece" };

export interface SignalStep {
  readonly stream: SignalStream;
  readonly effects: readonly SignalEffect[];
}

export function signalStream(tags: { readonly out: number; readonly in: number }): SignalStream {
  return {
    tags,
    lastOut: 0,
    lastIn: 0,
    outstanding: [],
    outstandingBytes: 0,
    pieces: [],
    piecesBytes: 0,
    acknowledgeAt: undefined,
    resendAt: undefined,
    resendAfterMs: signalLimits.resendAfterMs,
  };
}

const bare: Outstanding = { number: 0, isContinued: false, piece: new Uint8Array(0) };

function packet(stream: SignalStream, { number, isContinued, piece }: Outstanding): SignalEffect {
  const header = encodeHeader({
    isContinued,
    tag: stream.tags.out,
    number,
    acknowledged: stream.lastIn,
  });
  return { kind: "packet", header, piece };
}

/** Sends a body: at once, and again until it is acknowledged. */
export function sendSignal(stream: SignalStream, body: Uint8Array, now: number): SignalStep {
  const refuse = (reason: "window-full" | "too-large"): SignalStep => ({
    stream,
    effects: [{ kind: "refused", reason }],
  });
  if (body.length > signalLimits.bodyBytes) return refuse("too-large");
  const added: Outstanding[] = [];
  let at = 0;
  do {
    const piece = body.subarray(at, at + signalLimits.pieceBytes);
    at += signalLimits.pieceBytes;
    added.push({ number: stream.lastOut + added.length + 1, isContinued: at < body.length, piece });
  } while (at < body.length);
  const outstanding = [...stream.outstanding, ...added];
  const outstandingBytes = stream.outstandingBytes + body.length;
  if (outstanding.length > signalLimits.packets || outstandingBytes > signalLimits.bytes)
    return refuse("window-full");
  const next: SignalStream = {
    ...stream,
    lastOut: stream.lastOut + added.length,
    outstanding,
    outstandingBytes,
    acknowledgeAt: undefined,
    resendAt: stream.resendAt ?? now + stream.resendAfterMs,
  };
  return { stream: next, effects: added.map((each) => packet(next, each)) };
}

/** Takes a packet whose seal was good. `piece` counts only when the header has a number. */
export function receiveSignal(
  stream: SignalStream,
  header: PacketHeader,
  piece: Uint8Array,
  now: number,
): SignalStep {
  if (header.tag !== stream.tags.in) return { stream, effects: [] };
  if (header.acknowledged > stream.lastOut)
    return { stream, effects: [{ kind: "violation", reason: "acknowledged-unsent" }] };
  const next = acknowledge(stream, header.acknowledged, now);
  // Something is missing in front of it. The sender still holds both: no answer is needed to get them.
  if (header.number === 0 || header.number > next.lastIn + 1) return { stream: next, effects: [] };
  const acknowledgeAt = next.acknowledgeAt ?? now + signalLimits.acknowledgeAfterMs;
  if (header.number <= next.lastIn) return { stream: { ...next, acknowledgeAt }, effects: [] };
  const piecesBytes = next.piecesBytes + piece.length;
  // Only full pieces go on, so that their number is bounded along with their bytes.
  const taken: SignalStream = { ...next, lastIn: header.number, acknowledgeAt, pieces: [], piecesBytes: 0 };
  if (
    piecesBytes > signalLimits.bodyBytes ||
    (header.isContinued && piece.length !== signalLimits.pieceBytes)
  )
    return { stream: taken, effects: [{ kind: "violation", reason: "bad-piece" }] };
  const pieces = [...next.pieces, piece];
  if (header.isContinued) return { stream: { ...taken, pieces, piecesBytes }, effects: [] };
  return { stream: taken, effects: [{ kind: "deliver", body: joined(pieces, piecesBytes) }] };
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

function acknowledge(stream: SignalStream, acknowledged: number, now: number): SignalStream {
  const outstanding = stream.outstanding.filter((held) => held.number > acknowledged);
  if (outstanding.length === stream.outstanding.length) return stream;
  return {
    ...stream,
    outstanding,
    outstandingBytes: outstanding.reduce((sum, held) => sum + held.piece.length, 0),
    resendAfterMs: signalLimits.resendAfterMs,
    resendAt: outstanding.length === 0 ? undefined : now + signalLimits.resendAfterMs,
  };
}

function sendAgain(stream: SignalStream, resendAfterMs: number, now: number): SignalStep {
  const next: SignalStream = {
    ...stream,
    acknowledgeAt: undefined,
    resendAfterMs,
    resendAt: stream.outstanding.length === 0 ? undefined : now + resendAfterMs,
  };
  return { stream: next, effects: next.outstanding.map((held) => packet(next, held)) };
}

/** The carrier is back: everything outstanding goes again, and an acknowledgement that is owed. */
export function resyncSignals(stream: SignalStream, now: number): SignalStep {
  const step = sendAgain(stream, signalLimits.resendAfterMs, now);
  if (step.effects.length > 0 || stream.acknowledgeAt === undefined) return step;
  return { stream: step.stream, effects: [packet(step.stream, bare)] };
}

/** Does what has fallen due. */
export function tickSignals(stream: SignalStream, now: number): SignalStep {
  if (stream.resendAt !== undefined && now >= stream.resendAt)
    return sendAgain(stream, Math.min(2 * stream.resendAfterMs, signalLimits.resendAfterMaxMs), now);
  if (stream.acknowledgeAt !== undefined && now >= stream.acknowledgeAt) {
    const next = { ...stream, acknowledgeAt: undefined };
    return { stream: next, effects: [packet(next, bare)] };
  }
  return { stream, effects: [] };
}

/** When `tickSignals` has something to do, or undefined. */
export function signalsDueAt(stream: SignalStream): number | undefined {
  if (stream.resendAt === undefined) return stream.acknowledgeAt;
  return Math.min(stream.resendAt, stream.acknowledgeAt ?? stream.resendAt);
}
