import { encodeHeader, type PacketHeader } from "./packet.ts";

/**
 * A reliable, ordered stream of signals to one other page, over a carrier that loses what is under way when it is cut.
 *
 * Go-back-N: the receiver takes exactly the next number and drops everything else, so that nothing waits on its side; the sender
 * keeps what is not acknowledged and sends it again on `resyncSignals` and after a growing timeout.
 */
export interface SignalStream {
  readonly tags: { readonly out: number; readonly in: number };
  /** Number of the last body sent. */
  readonly lastOut: number;
  /** Number of the last body taken. */
  readonly lastIn: number;
  /** Sent and not acknowledged, oldest first. */
  readonly outstanding: readonly { readonly number: number; readonly body: Uint8Array }[];
  readonly outstandingBytes: number;
  /** When an acknowledgement goes alone, unless a body takes it along before. */
  readonly acknowledgeAt: number | undefined;
  /** When what is outstanding goes again. */
  readonly resendAt: number | undefined;
  readonly resendAfterMs: number;
}

export const signalLimits = {
  /** What may be outstanding. An honest page stays far below: one offer at a time and its candidates. */
  packets: 256,
  bytes: 512 * 1024,
  /** One body; with headers and seal it fits into the server's largest signal. */
  bodyBytes: 60 * 1024,
  /** How long an acknowledgement waits for a body to ride on. */
  acknowledgeAfterMs: 400,
  /** The carrier loses nothing while it stands, so this is for the rare loss that no resync reports. */
  resendAfterMs: 3_000,
  resendAfterMaxMs: 30_000,
} as const;

export type SignalEffect =
  /** Seal the body with the header as binding, put the header in front, send. In this order. */
  | {
      readonly kind: "packet";
      readonly header: Uint8Array<ArrayBuffer>;
      readonly number: number;
      readonly body: Uint8Array;
    }
  | { readonly kind: "deliver"; readonly body: Uint8Array }
  /** Nothing was sent: the window is full, or the body larger than any may be. */
  | { readonly kind: "refused"; readonly reason: "window-full" | "too-large" }
  /** The packet was dropped because no honest page sends it. */
  | { readonly kind: "violation"; readonly reason: "acknowledged-unsent" | "too-large" };

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
    outstandingBytes: 0,
    acknowledgeAt: undefined,
    resendAt: undefined,
    resendAfterMs: signalLimits.resendAfterMs,
  };
}

function packet(stream: SignalStream, number: number, body: Uint8Array): SignalEffect {
  const header = encodeHeader({ tag: stream.tags.out, number, acknowledged: stream.lastIn });
  return { kind: "packet", header, number, body };
}

/** Sends a body: at once, and again until it is acknowledged. */
export function sendSignal(stream: SignalStream, body: Uint8Array, now: number): SignalStep {
  const refuse = (reason: "window-full" | "too-large"): SignalStep => ({
    stream,
    effects: [{ kind: "refused", reason }],
  });
  if (body.length > signalLimits.bodyBytes) return refuse("too-large");
  const bytes = stream.outstandingBytes + body.length;
  if (stream.outstanding.length >= signalLimits.packets || bytes > signalLimits.bytes)
    return refuse("window-full");
  const number = stream.lastOut + 1;
  const next: SignalStream = {
    ...stream,
    lastOut: number,
    outstanding: [...stream.outstanding, { number, body }],
    outstandingBytes: bytes,
    acknowledgeAt: undefined,
    resendAt: stream.resendAt ?? now + stream.resendAfterMs,
  };
  return { stream: next, effects: [packet(next, number, body)] };
}

/** Takes a packet whose seal was good. `body` counts only when the header has a number. */
export function receiveSignal(
  stream: SignalStream,
  header: PacketHeader,
  body: Uint8Array,
  now: number,
): SignalStep {
  if (header.tag !== stream.tags.in) return { stream, effects: [] };
  if (header.acknowledged > stream.lastOut)
    return { stream, effects: [{ kind: "violation", reason: "acknowledged-unsent" }] };
  if (body.length > signalLimits.bodyBytes)
    return { stream, effects: [{ kind: "violation", reason: "too-large" }] };
  let next = acknowledge(stream, header.acknowledged, now);
  if (header.number === 0) return { stream: next, effects: [] };
  const isNext = header.number === next.lastIn + 1;
  // Something is missing in front of it. The sender still holds both: no answer is needed to get them.
  if (header.number > next.lastIn && !isNext) return { stream: next, effects: [] };
  next = {
    ...next,
    lastIn: isNext ? header.number : next.lastIn,
    acknowledgeAt: next.acknowledgeAt ?? now + signalLimits.acknowledgeAfterMs,
  };
  return { stream: next, effects: isNext ? [{ kind: "deliver", body }] : [] };
}

function acknowledge(stream: SignalStream, acknowledged: number, now: number): SignalStream {
  const outstanding = stream.outstanding.filter((held) => held.number > acknowledged);
  if (outstanding.length === stream.outstanding.length) return stream;
  return {
    ...stream,
    outstanding,
    outstandingBytes: outstanding.reduce((sum, held) => sum + held.body.length, 0),
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
  return { stream: next, effects: next.outstanding.map((held) => packet(next, held.number, held.body)) };
}

/** The carrier is back: everything outstanding goes again, and an acknowledgement that is owed. */
export function resyncSignals(stream: SignalStream, now: number): SignalStep {
  const step = sendAgain(stream, signalLimits.resendAfterMs, now);
  if (step.effects.length > 0 || stream.acknowledgeAt === undefined) return step;
  return { stream: step.stream, effects: [packet(step.stream, 0, empty)] };
}

/** Does what has fallen due. */
export function tickSignals(stream: SignalStream, now: number): SignalStep {
  if (stream.resendAt !== undefined && now >= stream.resendAt)
    return sendAgain(stream, Math.min(2 * stream.resendAfterMs, signalLimits.resendAfterMaxMs), now);
  if (stream.acknowledgeAt !== undefined && now >= stream.acknowledgeAt) {
    const next = { ...stream, acknowledgeAt: undefined };
    return { stream: next, effects: [packet(next, 0, empty)] };
  }
  return { stream, effects: [] };
}

/** When `tickSignals` has something to do, or undefined. */
export function signalsDueAt(stream: SignalStream): number | undefined {
  if (stream.resendAt === undefined) return stream.acknowledgeAt;
  return Math.min(stream.resendAt, stream.acknowledgeAt ?? stream.resendAt);
}
