import { decodeHeader, packetHeaderBytes } from "../../core/signals/packet.ts";
import {
  receiveSignal,
  resyncSignals,
  type SignalStep,
  sendSignal,
  signalLimits,
  signalStream,
  signalsDueAt,
  tickSignals,
} from "../../core/signals/stream.ts";
import type { Sealer } from "../seams.ts";
import type { Timekeeper } from "./timekeeper.ts";

export interface SignalingSetup {
  /** Undefined: everything goes as it is, at once. */
  readonly sealer: Sealer | undefined;
  readonly tags: { readonly out: number; readonly in: number };
  readonly timekeeper: Timekeeper;
  send(payload: Uint8Array): boolean;
  onBody(body: Uint8Array): void;
  /** Something no honest page sends. */
  onViolation(reason: string): void;
  /** A body could not be sent and never will be. */
  onRefused(reason: string): void;
}

export interface Signaling {
  send(body: Uint8Array): void;
  receive(payload: Uint8Array): void;
  resync(): void;
  stop(): void;
}

/** Packets that wait for their seal, each way. What is dropped over it goes again, as after any loss. */
const sealsUnderWay = 2 * signalLimits.packets;

/** Work that takes its time, and whose results are used in the order in which it began. What fails counts as lost. */
function lane() {
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  return <Result>(begin: () => Promise<Result>, use: (result: Result) => void): void => {
    if (underWay >= sealsUnderWay) return;
    underWay++;
    const result = begin();
    const done = last.then(() => result).finally(() => underWay--);
    last = done.then(use, () => {});
  };
}

/** Runs a signal stream: seals and opens, which takes its time, and keeps the order meanwhile. */
export function signaling(setup: SignalingSetup): Signaling {
  const { sealer, timekeeper } = setup;
  const { now } = timekeeper;
  let stream = signalStream(setup.tags);
  let isStopped = false;
  let callOff: (() => void) | undefined;
  const outgoing = lane();
  const incoming = lane();

  const apply = (step: SignalStep): void => {
    stream = step.stream;
    for (const effect of step.effects) {
      if (isStopped) return;
      if (effect.kind === "packet") seal(effect.header, effect.piece);
      else if (effect.kind === "deliver") setup.onBody(effect.body);
      else if (effect.kind === "violation") setup.onViolation(effect.reason);
      else setup.onRefused(effect.reason);
    }
    callOff?.();
    const due = signalsDueAt(stream);
    if (!isStopped && due < Infinity)
      callOff = timekeeper.after(due - now(), () => apply(tickSignals(stream, now())));
  };
  const post = (header: Uint8Array, bytes: Uint8Array): void => {
    const payload = new Uint8Array(packetHeaderBytes + bytes.length);
    payload.set(header);
    payload.set(bytes, packetHeaderBytes);
    if (!isStopped) setup.send(payload);
  };
  const seal = (header: Uint8Array, piece: Uint8Array): void => {
    if (!sealer) post(header, piece);
    else
      outgoing(
        () => sealer.seal(piece, header),
        (bytes) => post(header, bytes),
      );
  };
  return {
    send: (body) => apply(sendSignal(stream, body, now())),
    receive(payload) {
      const header = decodeHeader(payload);
      if (isStopped || header?.tag !== setup.tags.in) return;
      const body = payload.slice(packetHeaderBytes);
      const take = (piece: Uint8Array | undefined): void => {
        if (isStopped) return;
        if (piece) apply(receiveSignal(stream, header, piece, now()));
        else setup.onViolation("seal");
      };
      if (!sealer) take(body);
      else incoming(() => sealer.open(body, payload.slice(0, packetHeaderBytes)), take);
    },
    resync: () => apply(resyncSignals(stream, now())),
    stop() {
      isStopped = true;
      callOff?.();
    },
  };
}
