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
  /** What came of a body whose end has not come yet. */
  readonly partial: Uint8Array;
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

const empty = new Uint8Array(0);

export function signalStream(tags: { readonly out: number; readonly in: number }): SignalStream {
  return {
    tags,
    lastOut: 0,
    lastIn: 0,
    outstanding: [],
    partial: empty,
    acknowledgeAt: undefined,
    resendAt: undefined,
    resendAfterMs: signalLimits.resendAfterMs,
  };
}

const bare: Outstanding = { number: 0, isContinued: false, piece: empty };

/** One step in the making: a copy that its functions change, and what is to be done. */
type Work = { -readonly [K in keyof SignalStream]: SignalStream[K] } & { readonly effects: SignalEffect[] };

function step(before: SignalStream, change: (work: Work) => void): SignalStep {
  const work: Work = { ...before, effects: [] };
  change(work);
  const { effects, ...stream } = work;
  return { stream, effects };
}

/** Every packet takes along what is to be acknowledged. */
function emit(work: Work, packets: readonly Outstanding[]): void {
  work.acknowledgeAt = undefined;
  for (const { number, isContinued, piece } of packets) {
    const header = encodeHeader({ isContinued, tag: work.tags.out, number, acknowledged: work.lastIn });
    work.effects.push({ kind: "packet", header, piece });
  }
}

/** Sends a body: at once, and again until it is acknowledged. */
export function sendSignal(stream: SignalStream, body: Uint8Array, now: number): SignalStep {
  return step(stream, (work) => {
    const { bodyBytes, bytes, packets, pieceBytes } = signalLimits;
    const added: Outstanding[] = [];
    for (let at = 0; at === 0 || at < body.length; at += pieceBytes) {
      const piece = body.subarray(at, at + pieceBytes);
      added.push({
        number: work.lastOut + added.length + 1,
        isContinued: at + pieceBytes < body.length,
        piece,
      });
    }
    const outstanding = [...work.outstanding, ...added];
    const waiting = outstanding.reduce((sum, { piece }) => sum + piece.length, 0);
    if (body.length > bodyBytes || waiting > bytes || outstanding.length > packets)
      work.effects.push({
        kind: "refused",
        reason: body.length > bodyBytes ? "too-large" : "window-full",
      });
    else {
      work.lastOut += added.length;
      work.outstanding = outstanding;
      work.resendAt ??= now + work.resendAfterMs;
      emit(work, added);
    }
  });
}

/** Takes a packet whose seal was good. `piece` counts only when the header has a number. */
export function receiveSignal(
  stream: SignalStream,
  { tag, number, acknowledged, isContinued }: PacketHeader,
  piece: Uint8Array,
  now: number,
): SignalStep {
  return step(stream, (work) => {
    const { effects, partial } = work;
    if (tag !== work.tags.in) return;
    if (acknowledged > work.lastOut) {
      effects.push({ kind: "violation", reason: "acknowledged-unsent" });
      return;
    }
    const outstanding = work.outstanding.filter((held) => held.number > acknowledged);
    if (outstanding.length < work.outstanding.length) {
      work.outstanding = outstanding;
      setResend(work, signalLimits.resendAfterMs, now);
    } else if (number === 0 && outstanding.length > 0) {
      // It has nothing to say but that it still waits for these: its carrier is another one, and they went to the old.
      setResend(work, signalLimits.resendAfterMs, now);
      emit(work, outstanding);
    }
    // Something is missing in front of it. The sender still holds both: no answer is needed to get them.
    if (number === 0 || number > work.lastIn + 1) return;
    work.acknowledgeAt ??= now + signalLimits.acknowledgeAfterMs;
    if (number <= work.lastIn) return;
    work.lastIn = number;
    const body = new Uint8Array(partial.length + piece.length);
    body.set(partial);
    body.set(piece, partial.length);
    work.partial = empty;
    // Only full pieces go on, so that their number is bounded along with their bytes.
    if (body.length > signalLimits.bodyBytes || (isContinued && piece.length !== signalLimits.pieceBytes))
      effects.push({ kind: "violation", reason: "bad-piece" });
    else if (isContinued) work.partial = body;
    else effects.push({ kind: "deliver", body });
  });
}

function setResend(work: Work, afterMs: number, now: number): void {
  work.resendAfterMs = afterMs;
  work.resendAt = work.outstanding.length > 0 ? now + afterMs : undefined;
}

/**
 * The carrier is back: everything outstanding goes again, and then an acknowledgement alone, so that the other side sees what it has to send again;
 * one that rides on a body says nothing of that, because there bodies cross all the time.
 */
export function resyncSignals(stream: SignalStream, now: number): SignalStep {
  return step(stream, (work) => {
    setResend(work, signalLimits.resendAfterMs, now);
    if (work.lastIn + work.lastOut > 0) emit(work, [...work.outstanding, bare]);
  });
}

/** Does what has fallen due. */
export function tickSignals(stream: SignalStream, now: number): SignalStep {
  return step(stream, (work) => {
    if (now >= (work.resendAt ?? Infinity)) {
      setResend(work, Math.min(2 * work.resendAfterMs, signalLimits.resendAfterMaxMs), now);
      emit(work, work.outstanding);
    } else if (now >= (work.acknowledgeAt ?? Infinity)) emit(work, [bare]);
  });
}

/** When `tickSignals` has something to do; never: `Infinity`. */
export function signalsDueAt({ resendAt = Infinity, acknowledgeAt = Infinity }: SignalStream): number {
  return Math.min(resendAt, acknowledgeAt);
}
