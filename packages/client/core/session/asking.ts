import type { HostFrame, Refusal } from "@parlour/protocol";

/**
 * What a page asks for as host: one after the other, since the server's answers name only what kind of thing was asked for.
 *
 *   waiting ──it is first, and there is a connection──▶ sent ──answer──▶ gone; sent again on each later connection
 */
export interface Asking {
  /** Not answered yet; the first is sent or will be. */
  readonly frames: readonly HostFrame[];
  /** The connection on which the first was sent. */
  readonly sentOn: number | undefined;
}

export type AskingInput =
  | { readonly type: "ask"; readonly frame: HostFrame }
  /** The server's answer to a frame of that type; none that was asked for, and it changes nothing. */
  | { readonly type: "answer"; readonly ref: string | undefined; readonly refusal?: Refusal | undefined }
  /** There is another connection. */
  | { readonly type: "connected" };

export type AskingEffect =
  | { readonly type: "send"; readonly frame: HostFrame }
  /** What was asked for first is done, or refused. */
  | { readonly type: "answered"; readonly refusal: Refusal | undefined };

/** As many may wait for the server. */
export const askedMost = 64;

export const nothingAsked: Asking = { frames: [], sentOn: undefined };

/** Takes one input. `connection` numbers the present connection; undefined when there is none. */
export function asking(
  before: Asking,
  input: AskingInput,
  connection: number | undefined,
): { readonly asking: Asking; readonly effects: readonly AskingEffect[] } {
  let { frames, sentOn } = before;
  const effects: AskingEffect[] = [];
  if (input.type === "ask") frames = [...frames, input.frame];
  else if (input.type === "answer" && frames[0]?.type === input.ref) {
    frames = frames.slice(1);
    sentOn = undefined;
    effects.push({ type: "answered", refusal: input.refusal });
  }
  const [first] = frames;
  if (first !== undefined && connection !== undefined && connection !== sentOn) {
    sentOn = connection;
    effects.push({ type: "send", frame: first });
  }
  return { asking: { frames, sentOn }, effects };
}
