import { type Answer, type Invitation, readIntroduction, type Unreadable } from "./introduction.ts";

/**
 * One invitation, on the page that made it.
 *
 * ```
 *  open ──an answer to it──▶ answered
 *    └────30 minutes, or closed──▶ over
 * ```
 * It is answered once: addresses and keys in it are those of one connection, which has one other end.
 */
export interface Exchange {
  readonly state: "open" | "answered" | "over";
  readonly invitation: Invitation;
}

/** Why a text is not taken: it can't be read, is no answer or no invitation, belongs to another one, is this page's own, too old or used up. */
export type Refused =
  | Unreadable
  | "text-invitation"
  | "text-answer"
  | "text-other"
  | "text-own"
  | "text-stale"
  | "text-used";

/** So long an invitation is good. Addresses in front of a NAT are forgotten by it sooner or later, and whoever waits gives up. */
export const goodForMs = 30 * 60_000;
/** Clocks of two machines that nobody has set may differ by this much. */
const clocksDifferMs = 10 * 60_000;

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Begins when the invitation is made. */
export const exchange = (invitation: Invitation): Exchange => ({ state: "open", invitation });

/** When it is no good any more, ms since 1970. */
export const goodUntil = ({ madeAt }: Invitation): number => madeAt * 1_000 + goodForMs;

/** What was pasted at the page that invited. */
export function takeAnswer(
  before: Exchange,
  pasted: string,
  now: number,
): { readonly exchange: Exchange; readonly answer: Answer } | Refused {
  const read = readIntroduction(pasted);
  if (typeof read === "string") return read;
  const { invitation } = before;
  if (read.kind === "invitation") return same(read.room, invitation.room) ? "text-own" : "text-invitation";
  if (!same(read.room, invitation.room)) return "text-other";
  if (before.state === "answered") return "text-used";
  if (before.state === "over" || now > goodUntil(invitation)) return "text-stale";
  return { exchange: { ...before, state: "answered" }, answer: read };
}

/** What was pasted at the page that is invited. */
export function takeInvitation(pasted: string, now: number): Invitation | Refused {
  const read = readIntroduction(pasted);
  if (typeof read === "string") return read;
  if (read.kind === "answer") return "text-answer";
  return now > goodUntil(read) + clocksDifferMs ? "text-stale" : read;
}
