import type { PeerId, Rate } from "@parlour/protocol";
import { WebSocket } from "ws";
import { Bucket } from "../address/bucket.ts";
import type { Visitor } from "../address/visitors.ts";
import type { Rates } from "../server/limits.ts";
import type { WorkbenchSeat } from "./relay.ts";

/** The socket class that the workbench's WebSocket server makes. */
export class LearnerSocket extends WebSocket {}

interface LearnerRates extends Rates {
  readonly patience: Rate;
}

const asText = { binary: false, compress: false } as const;
const fromOther = Buffer.from("other ");

/** One socket at the workbench: what it may still send, and since when it is silent. */
export class Learner {
  readonly socket: LearnerSocket;
  /** Names its credentials; nobody else learns it. */
  readonly id: PeerId;
  readonly code: string;
  readonly visitor: Visitor;
  readonly openedAt: number;
  heardAt: number;
  seat: WorkbenchSeat | undefined;
  /** It is being closed, or closed. */
  isOver = false;
  readonly #rates: LearnerRates;
  readonly #texts: Bucket;
  readonly #bytes: Bucket;
  readonly #patience: Bucket;

  constructor(
    socket: LearnerSocket,
    of: { readonly id: PeerId; readonly code: string; readonly visitor: Visitor },
    rates: LearnerRates,
    now: number,
  ) {
    this.socket = socket;
    this.id = of.id;
    this.code = of.code;
    this.visitor = of.visitor;
    this.openedAt = now;
    this.heardAt = now;
    this.#rates = rates;
    this.#texts = new Bucket(rates.workbenchTextsPerConnection, now);
    this.#bytes = new Bucket(rates.signalBytesPerConnection, now);
    this.#patience = new Bucket(rates.patience, now);
  }

  heard(now: number): void {
    this.heardAt = now;
  }

  /** Counts one text of that many bytes; false when it is one too many. */
  mayText(now: number, bytes: number): boolean {
    const { workbenchTextsPerConnection, signalBytesPerConnection } = this.#rates;
    return (
      this.#texts.take(workbenchTextsPerConnection, now) &&
      this.#bytes.take(signalBytesPerConnection, now, bytes)
    );
  }

  /** False when it was refused too often. */
  isForgiven(now: number, cost: number): boolean {
    return this.#patience.take(this.#rates.patience, now, cost);
  }

  isTooSlow(bytes: number): boolean {
    return this.socket.bufferedAmount > bytes;
  }

  /** What the other side sent, unread. */
  passOn(text: Buffer): void {
    if (!this.isOver) this.socket.send(Buffer.concat([fromOther, text]), asText);
  }

  /** A word of the server's own. */
  say(message: { readonly type: string; readonly [name: string]: unknown }): void {
    if (!this.isOver) this.socket.send(`server ${JSON.stringify(message)}`, asText);
  }
}
