import type { Bits } from "../bits.ts";
import type { TransferCode } from "../seams.ts";
import type { SwarmEffect, SwarmInput } from "./effects.ts";
import type { Member } from "./member.ts";

/**
 * ```
 *            resume              pause
 *  taking ◀─────────── paused ◀───────── taking
 *    │ the last piece is written        │ either: ── fail ──▶ failed
 *    ▼
 *  finishing ── flushed ──▶ whole (also where a giver begins)
 * ```
 * That nobody here has the rest is no state: it is `isWaiting`, and ends by itself.
 */
export type SwarmState =
  | { readonly is: "taking" | "paused" | "finishing" | "whole" }
  | { readonly is: "failed"; readonly code: TransferCode };

/**
 * One page's part in one transfer: what it has, what the others have, what it asks of whom, what it gives to whom.
 * Like `PeerChannels` it changes in place, because it holds megabytes in the making; all else comes in as arguments and
 * goes out as effects, which the caller performs in order.
 */
export interface Swarm {
  take(input: SwarmInput, now: number): SwarmEffect[];
  readonly state: SwarmState;
  /** Pieces that are written. */
  readonly have: Bits;
  /** Nobody who could give what is missing is connected. */
  readonly isWaiting: boolean;
  /** The others together have everything. */
  readonly isSpread: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** When to give it `time`; undefined: nothing is due. */
  nextAt(now: number): number | undefined;
}
