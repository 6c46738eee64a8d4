import type { RelayMode, TurnLimits } from "../../core/index.ts";
import type { Sharing } from "../batched/sockets.ts";
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
  };
  readonly relayHosts: { readonly v4: string; readonly v6: string };
  readonly commons: CommonsMemory;
  readonly board: SharedArrayBuffer;
  readonly exchange: SharedArrayBuffer;
}

/** To a thread. What has an `id` is answered. */
export type Order =
  | {
      readonly kind: "listen";
      readonly id: number;
      readonly host: string;
      readonly port: number;
      readonly sharing: Sharing;
    }
  | { readonly kind: "close-listener"; readonly id: number; readonly socket: number }
  | {
      readonly kind: "drop";
      readonly id: number;
      readonly prefix: string;
      readonly revokeUpTo: number | undefined;
    }
  /** The files to write to so that a thread wakes up, by thread. */
  | { readonly kind: "wake-ups"; readonly files: readonly (number | undefined)[] }
  /** There is something in the exchange. */
  | { readonly kind: "wake" }
  | { readonly kind: "close" };

/** From a thread. */
export type Report =
  /** `wakeUp`: the file to write to so that it wakes up; without one it takes messages at any time. */
  | { readonly kind: "ready"; readonly wakeUp: number | undefined }
  /** That thread has no file to write to, and there is something in the exchange for it. */
  | { readonly kind: "wake"; readonly thread: number }
  /** It can't work on this machine; it ends. */
  | { readonly kind: "impossible"; readonly why: string }
  | { readonly kind: "listening"; readonly id: number; readonly socket: number; readonly port: number }
  | { readonly kind: "done"; readonly id: number; readonly count: number }
  | { readonly kind: "refused"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: "fault"; readonly error: unknown }
  /** There is something in the exchange. */
  | { readonly kind: "passed" };
