import type { Facts } from "./answer.ts";

/** What the player's worker asks of the pages of its origin. The one that plays that file answers over the port that comes with it. */
export interface PlayerQuestion {
  readonly parlourPlayer: string;
  /** Missing: what is it at all? */
  readonly want?: { readonly offset: number; readonly length: number };
}

/** `nothing`: this page plays no such file, or can't get it. */
export type PlayerReply =
  | { readonly facts: Facts }
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly nothing: true }
  /** It takes longer; the answer comes over the same port. Keeps the worker alive, which browsers end when it hears nothing. */
  | { readonly wait: true };
