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
  readonly sealer: Sealer;
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

/** Runs a signal stream: seals and opens, which takes its time, and keeps the order meanwhile. */
export function signaling(setup: SignalingSetup): Signaling {
  const { sealer, timekeeper } = setup;
  let stream = signalStream(setup.tags);
  let isStopped = false;
  let callOff: (() => void) | undefined;
  let outgoing: Promise<unknown> = Promise.resolve();
  let incoming: Promise<unknown> = Promise.resolve();
  const underWay = { out: 0, in: 0 };

  const apply = (step: SignalStep): void => {
    stream = step.stream;
    for (const effect of step.effects) {
      if (isStopped) return;
      if (effect.kind === "packet") seal(effect.header, effect.piece);
      else if (effect.kind === "deliver") setup.onBody(effect.body);
      else if (effect.kind === "violation") setup.onViolation(effect.reason);
      else setup.onRefused(effect.reason);
    }
    schedule();
  };
  const schedule = (): void => {
    callOff?.();
    callOff = undefined;
    const due = isStopped ? undefined : signalsDueAt(stream);
    if (due === undefined) return;
    const now = timekeeper.now();
    callOff = timekeeper.after(due - now, () => apply(tickSignals(stream, timekeeper.now())));
  };
  const seal = (header: Uint8Array, piece: Uint8Array): void => {
    if (underWay.out >= sealsUnderWay) return;
    underWay.out++;
    const sealed = sealer.seal(piece, header);
    // A failed seal counts as a lost packet.
    outgoing = outgoing
      .then(() => sealed)
      .then((bytes) => {
        const payload = new Uint8Array(packetHeaderBytes + bytes.length);
        payload.set(header);
        payload.set(bytes, packetHeaderBytes);
        if (!isStopped) setup.send(payload);
      })
      .catch(() => {})
      .then(() => {
        underWay.out--;
      });
  };
  return {
    send: (body) => apply(sendSignal(stream, body, timekeeper.now())),
    receive(payload) {
      const header = decodeHeader(payload);
      if (isStopped || header === undefined || header.tag !== setup.tags.in) return;
      if (underWay.in >= sealsUnderWay) return;
      underWay.in++;
      const opened = sealer.open(payload.subarray(packetHeaderBytes), payload.slice(0, packetHeaderBytes));
      incoming = incoming
        .then(() => opened)
        .then(
          (piece) => {
            underWay.in--;
            if (isStopped) return;
            if (piece === undefined) setup.onViolation("seal");
            else apply(receiveSignal(stream, header, piece, timekeeper.now()));
          },
          () => {
            underWay.in--;
          },
        );
    },
    resync: () => apply(resyncSignals(stream, timekeeper.now())),
    stop() {
      isStopped = true;
      callOff?.();
    },
  };
}
