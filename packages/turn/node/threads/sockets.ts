import type { Sharing } from "../batched/sockets.ts";
import type { PortEvents, Ports } from "../engine.ts";
import type { Intake } from "../path.ts";
import type { Exchange } from "./exchange.ts";

/** What a thread's sockets need from it. */
export interface ThreadLoop {
  readonly exchange: Exchange;
  /** Takes what other threads passed on; how much it was. Their memory is good until the next packet: `toPassed` copies what has to last longer. */
  take(toPassed: (bytes: Uint8Array) => Uint8Array): number;
  /** Whether packets wait for their time in Node's loop. */
  isDelaying(): boolean;
  beforeAnswers(): void;
  /** `now`: by `performance`. */
  afterReading(now: number): void;
}

/** The UDP sockets of one thread, and how it waits for them. */
export interface ThreadSockets {
  /** Whether a packet leaves when it is given, so that others should hear of it then. */
  readonly sendsAtOnce: boolean;
  /** What others write to so that it wakes up; without one they send a message. */
  readonly wakeUp: number | undefined;
  start(loop: ThreadLoop): void;
  /** Rejects with Node's codes. */
  open(
    intake: Intake,
    host: string,
    port: number,
    sharing: Sharing,
  ): Promise<{ socket: number; port: number }>;
  close(socket: number): Promise<void>;
  ports(hosts: { readonly v4: string; readonly v6: string }, events: PortEvents): Ports;
  /** There is something in the exchange. */
  wake(): void;
  closeAll(): Promise<void>;
}
