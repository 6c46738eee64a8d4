import type { PeerId } from "@parlour/protocol";
import type { Remains, Sharing } from "@parlour/turn/datagrams";
import type { RoomStatistics } from "../../core/seams.ts";
import type { DtlsCertificate } from "../dtls/certificate.ts";
import type { Reach } from "../engine-api.ts";

/** What a thread of the engine is started with. It has everything then but its number. */
export interface ThreadSetup {
  readonly threads: number;
  readonly udp: "fast" | "plain";
  readonly certificate: DtlsCertificate;
  readonly exchange: SharedArrayBuffer;
  /** A number for each thread that goes up while it goes on; see `pulse.ts`. */
  readonly pulse: SharedArrayBuffer;
  /** A module that exports `createRoom`. */
  readonly rooms: string;
}

/** To a thread. What has an `id` is answered. */
export type Order =
  /** The first: which thread it is, from 0. `left`: memory of threads that ended, to be freed. */
  | { readonly kind: "begin"; readonly thread: number; readonly left: readonly number[] }
  /** `listener` is the same number for the same address in every thread. */
  | {
      readonly kind: "listen";
      readonly id: number;
      readonly listener: number;
      readonly host: string;
      readonly port: number;
      readonly sharing: Sharing;
    }
  | { readonly kind: "close-listener"; readonly id: number; readonly listener: number }
  | { readonly kind: "statistics"; readonly id: number }
  | { readonly kind: "open"; readonly room: string }
  | { readonly kind: "admit"; readonly room: string; readonly peer: PeerId; readonly reach: Reach }
  | { readonly kind: "receive"; readonly room: string; readonly peer: PeerId; readonly payload: Uint8Array }
  | { readonly kind: "resync"; readonly room: string; readonly peer: PeerId }
  | { readonly kind: "evict"; readonly room: string; readonly peer: PeerId }
  | { readonly kind: "close-room"; readonly room: string }
  /** The files to write to so that a thread wakes up, by thread. `began`: one that took the place of one that ended. */
  | {
      readonly kind: "wake-ups";
      readonly id: number;
      readonly files: readonly (number | undefined)[];
      readonly began: number | undefined;
    }
  /** There is something in the exchange. */
  | { readonly kind: "wake" }
  | { readonly kind: "stop" };

export interface ThreadStatistics {
  readonly rooms: number;
  readonly connections: number;
  readonly cpuMs: number;
  readonly perRoom: Readonly<Record<string, RoomStatistics>>;
}

/** From a thread. */
export type Report =
  /** `task`: where Linux says what it does, below `/proc`. */
  | {
      readonly kind: "ready";
      readonly wakeUp: number | undefined;
      readonly remains: Remains;
      readonly task: string | undefined;
    }
  | { readonly kind: "impossible"; readonly why: string }
  /** It closes its files now: nobody else may, since their numbers may be others' at once. */
  | { readonly kind: "closing" }
  /** `file`: of a socket that does not close by itself when the thread ends. */
  | {
      readonly kind: "listening";
      readonly id: number;
      readonly port: number;
      readonly file: number | undefined;
    }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "statistics"; readonly id: number; readonly statistics: ThreadStatistics }
  | { readonly kind: "refused"; readonly id: number; readonly code: string; readonly message: string }
  | {
      readonly kind: "send";
      readonly room: string;
      readonly peer: PeerId;
      readonly payload: Uint8Array;
    }
  | { readonly kind: "wake"; readonly thread: number }
  | { readonly kind: "fault"; readonly error: unknown };
