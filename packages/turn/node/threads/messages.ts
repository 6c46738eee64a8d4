import type { RelayMode, TurnLimits } from "../../core/index.ts";
import type { Remains, Sharing } from "../batched/sockets.ts";
import type { CommonsMemory } from "./commons.ts";

/** What a thread of the server is started with. Thread 0 is the one that has TCP and TLS. */
export interface ThreadSetup {
  readonly thread: number;
  readonly threads: number;
  /** `fast`: by many packets at once; `plain`: by Node's sockets. */
  readonly udp: "fast" | "plain";
  readonly relay: {
    readonly secret: string;
    readonly realm: string;
    readonly nonceKey: Uint8Array;
    readonly mode: RelayMode;
    readonly limits: TurnLimits;
    readonly hasService?: boolean;
  };
  readonly service?: { readonly host: string; readonly port: number } | undefined;
  readonly relayHosts: { readonly v4: string; readonly v6: string };
  readonly commons: CommonsMemory;
  readonly board: SharedArrayBuffer;
  readonly exchange: SharedArrayBuffer;
  /** Memory of the thread whose place it takes, to be freed. */
  readonly left?: readonly number[];
}

/** To a thread. What has an `id` is answered. */
export type Order =
  | {
      readonly kind: "listen";
      readonly id: number;
      readonly host: string;
      readonly port: number;
      readonly sharing: Sharing;
      /** The socket of the thread whose place it takes: the kernel goes on to give it the same clients. */
      readonly left?: number | undefined;
    }
  | { readonly kind: "close-listener"; readonly id: number; readonly socket: number }
  | {
      readonly kind: "drop";
      readonly id: number;
      readonly prefix: string;
      readonly revokeUpTo: number | undefined;
    }
  /** The files to write to so that a thread wakes up, by thread. */
  | { readonly kind: "wake-ups"; readonly id: number; readonly files: readonly (number | undefined)[] }
  /** There is something in the exchange. */
  | { readonly kind: "wake" }
  | { readonly kind: "close" };

/** From a thread. */
export type Report =
  /** `wakeUp`: the file to write to so that it wakes up; without one it takes messages at any time. */
  | { readonly kind: "ready"; readonly wakeUp: number | undefined; readonly remains: Remains }
  /** That thread has no file to write to, and there is something in the exchange for it. */
  | { readonly kind: "wake"; readonly thread: number }
  /** It can't work on this machine; it ends. */
  | { readonly kind: "impossible"; readonly why: string }
  /** It closes its files now: nobody else may, since their numbers may be others' at once. */
  | { readonly kind: "closing" }
  | { readonly kind: "listening"; readonly id: number; readonly socket: number; readonly port: number }
  | { readonly kind: "done"; readonly id: number; readonly count: number }
  | { readonly kind: "refused"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: "fault"; readonly error: unknown }
  /** There is something in the exchange. */
  | { readonly kind: "passed" };
