import type { Endpoint } from "../../core/index.ts";
import type { Remains, Sharing } from "../batched/sockets.ts";
import type { Answered, PortEvents, Ports, Ways } from "../engine.ts";
import type { ClientPath, Intake } from "../path.ts";
import type { Exchange } from "./exchange.ts";

/** What a thread's sockets need from it. */
export interface ThreadLoop {
  readonly exchange: Exchange;
  /** Takes what other threads passed on; how much it was. Their memory is good until the next packet: `toPassed` copies what has to last longer. */
  take(toPassed: (bytes: Uint8Array) => Uint8Array): number;
  /** Whether packets wait for their time in Node's loop. */
  isDelaying(): boolean;
  /** The longest that it may sleep, ms, for who has timers that are not Node's. */
  longestSleepMs?(): number;
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
  /** What is left to others to clear away should the thread end by itself, besides its sockets and `wakeUp`. */
  readonly remains: Remains;
  /** Memory that a thread left which ended by itself. */
  free(memory: readonly number[]): void;
  start(loop: ThreadLoop): void;
  /** Rejects with Node's codes. `left`: the socket of a thread that ended, where these stay open then. */
  open(
    intake: Intake,
    host: string,
    port: number,
    sharing: Sharing,
    left?: number,
  ): Promise<{ socket: number; port: number }>;
  close(socket: number): Promise<void>;
  /** The way to somebody by that socket: the one that is held, or a new one. */
  pathTo(socket: number, to: Endpoint): ClientPath | undefined;
  ports(hosts: { readonly v4: string; readonly v6: string }, events: PortEvents): Ports;
  /** To the service that allocations may reach. */
  ways(service: { readonly host: string; readonly port: number }, answered: Answered): Ways;
  /** There is something in the exchange. */
  wake(): void;
  /** When the thread ends. `wakeUp` stays for those who may still write to it. */
  closeAll(): Promise<void>;
}
