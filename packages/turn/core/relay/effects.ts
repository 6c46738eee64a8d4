import type { Allocation, EndReason, Path, Place } from "./allocation.ts";

/** What the relay wants done, in this order. */
export type Effect =
  | {
      readonly kind: "send";
      readonly path: Path;
      readonly bytes: Uint8Array;
      /** Relayed data: better lost than queued. Answers to requests are not. */
      readonly isData: boolean;
      /** Only ever more than 0 under the conditions of a lab. */
      readonly delayMs: number;
    }
  /** Open mode: out of the allocation's own port. */
  | {
      readonly kind: "emit";
      readonly allocation: Allocation;
      readonly to: Place;
      readonly bytes: Uint8Array;
      readonly delayMs: number;
    }
  /** To an allocation that another relay of this server has: its `passed`. The data is good only until the next packet. */
  | {
      readonly kind: "pass";
      readonly to: Place;
      readonly from: Place;
      readonly bytes: Uint8Array;
      /** Taken on the way so far. */
      readonly delayMs: number;
    }
  /** To the service, so that it takes what comes of this allocation for one sender of its own. */
  | {
      readonly kind: "serve";
      readonly allocation: Allocation;
      readonly bytes: Uint8Array;
      readonly delayMs: number;
    }
  /** The service hears nothing more of this allocation. */
  | { readonly kind: "leave"; readonly allocation: Allocation }
  /** Open mode: bind a UDP socket to `allocation.relayed.port` and call `bound`. */
  | { readonly kind: "bind"; readonly allocation: Allocation }
  | { readonly kind: "unbind"; readonly allocation: Allocation }
  /** Packets of this client come with this very path from now on. */
  | { readonly kind: "hold"; readonly path: Path }
  | { readonly kind: "release"; readonly path: Path; readonly reason: EndReason };

export const nothing: readonly Effect[] = [];
