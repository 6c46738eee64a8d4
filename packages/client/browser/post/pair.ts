import { postLimits } from "@parlour/protocol";
import {
  acknowledged,
  emptyOutbox,
  type Outbox,
  type OutboxStep,
  put,
  unarrived,
} from "../../core/post/outbox.ts";
import { streamTag } from "../../core/signals/packet.ts";
import { parlourError } from "../error.ts";
import { deferred } from "../events.ts";
import { signaling } from "../link/signaling.ts";
import type { Timekeeper } from "../link/timekeeper.ts";
import type { Sealer } from "../seams.ts";

/** The first byte of a packet of the post. Links have 0 and 1 there. */
export const postKind = 2;

export interface PairSetup {
  /** Epochs of the two pages. */
  readonly pages: { readonly own: string; readonly other: string };
  /** Undefined in public rooms: then it goes as it is. */
  readonly sealer: Sealer | undefined;
  readonly timekeeper: Timekeeper;
  send(payload: Uint8Array): void;
  onBody(body: Uint8Array): void;
  onViolation(reason: string): void;
}

/** The post between this page and one other: a signal stream of its own, beside that of a link if there is one. */
export interface Pair {
  send(body: Uint8Array): Promise<void>;
  receive(payload: Uint8Array): void;
  resync(): void;
  /** Rejects what is not known to be there. */
  close(): void;
}

type Settle = ReturnType<typeof deferred<void>>;

/** Header and all, with another first byte: the same bytes can never be good in both streams. */
const marked = (bytes: Uint8Array, kind: number): Uint8Array<ArrayBuffer> => {
  const copy = bytes.slice();
  copy[0] = kind;
  return copy;
};

export function createPair({ pages, sealer, timekeeper, ...setup }: PairSetup): Pair {
  let outbox: Outbox<Settle> = emptyOutbox;
  let isClosed = false;

  const apply = (step: OutboxStep<Settle>): void => {
    outbox = step.outbox;
    for (const body of step.send) stream.send(body);
    for (const { resolve } of step.arrived) resolve();
  };
  const stream = signaling({
    tags: { out: streamTag(pages.own, pages.other), in: streamTag(pages.other, pages.own) },
    timekeeper,
    sealer: {
      seal: async (plain, header) =>
        sealer ? sealer.seal(plain, marked(header, postKind)) : new Uint8Array(plain),
      async open(sealed, header) {
        const plain = sealer ? await sealer.open(sealed, marked(header, postKind)) : new Uint8Array(sealed);
        // Now that its seal was good: what the other page has (see the header's layout in `core/signals/packet.ts`).
        const number = new DataView(header.buffer, header.byteOffset).getUint32(9);
        if (plain && !isClosed) apply(acknowledged(outbox, number, postLimits));
        return plain;
      },
    },
    // One message is one packet: its first byte says nothing else.
    send(payload) {
      setup.send(marked(payload, postKind));
      return true;
    },
    onBody: setup.onBody,
    onViolation: setup.onViolation,
    onRefused: setup.onViolation,
  });
  return {
    send(body) {
      const settle = deferred<void>();
      const step = isClosed ? undefined : put(outbox, settle, body, postLimits);
      if (step) apply(step);
      else settle.reject(parlourError(isClosed ? "undelivered" : "too-many"));
      return settle.promise;
    },
    receive: (payload) => stream.receive(marked(payload, 0)),
    resync: stream.resync,
    close() {
      isClosed = true;
      stream.stop();
      for (const { reject } of unarrived(outbox)) reject(parlourError("undelivered"));
      outbox = emptyOutbox;
    },
  };
}
