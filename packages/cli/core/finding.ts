/** What is made of a fact: one sentence, how bad it is, and what to do. */

/** What was looked at. */
export type Check =
  | "name"
  | "port"
  | "certificate"
  | "page"
  | "policy"
  | "websocket"
  | "room"
  | "clock"
  | "stun"
  | "relay-udp"
  | "relay-tcp"
  | "relay-tls"
  | "relay";

/** `unknown` is what can't be told from where it was looked. */
export type FindingState = "works" | "degraded" | "fails" | "unknown";

/** One result. Codes are stable, sentences are not. */
export interface Finding {
  readonly check: Check;
  readonly state: FindingState;
  /** `fine`, or why not. */
  readonly code: string;
  readonly text: string;
  readonly hint?: string;
}

export const works = (check: Check, text: string): Finding => ({ check, state: "works", code: "fine", text });

export const other = (
  state: Exclude<FindingState, "works">,
  check: Check,
  code: string,
  text: string,
  hint: string,
): Finding => ({ check, state, code, text, hint });
