import { type Carrier, type Delivery, decodeFrame, type EndCode, encodeEnd, type Kind } from "./frames.ts";
import { createIncoming, type Deliver, type Mismatch } from "./incoming.ts";
import { createOutgoing, type Output, type Settled } from "./outgoing.ts";

/** The channels to that page are over: `theirs` when it broke a rule, `ours` when it says that we did. */
export interface Ended {
  readonly type: "ended";
  readonly code: EndCode;
  readonly fault: "ours" | "theirs";
}
export type Effect = Deliver | Mismatch | Settled | Ended;

/**
 * All channels between this page and one other page, over however many connections they take.
 *
 * ```
 *             attach              detach
 *  detached ──────────▶ attached ──────────▶ detached …        either ── end ──▶ ended (for good)
 * ```
 *
 * It holds megabytes in the making, so it changes in place instead of returning a next state; everything else is as in
 * every core: no clock, no chance, no carrier, and what is to be done comes back as effects. There is no queue of
 * frames to drain: `pull` makes the next one when there is room for it.
 */
export interface PeerChannels {
  /** Takes a message; `id` comes back in its one `settled` effect. `bytes` must not change after. */
  send(name: string, delivery: Delivery, kind: Kind, bytes: Uint8Array, id: number): Effect[];
  /** Takes a message back that has not begun; true when it will never arrive. It gets no `settled` effect then. */
  withdraw(id: number): boolean;
  /** This page has the channel with that delivery. */
  open(name: string, delivery: Delivery): Effect[];
  /** This page takes the channel's messages from now on. */
  listen(name: string): Effect[];
  /** The carriers of a connection are open. */
  attach(): void;
  /** They are gone, with whatever was under way. */
  detach(): Effect[];
  receive(carrier: Carrier, frame: Uint8Array): Effect[];
  /**
   * The next frame for a carrier that has room; undefined when there is nothing to send. Call `given` once the carrier
   * has it and perform what comes back; a frame that is not given counts as never made.
   */
  pull(carrier: Carrier): Output<Effect[]> | undefined;
  /** Ends the channels: by `code` because the page broke a rule, without because it is gone. */
  end(code?: EndCode): Effect[];
  /** Bytes held for the other page: messages in the making, and kept ones. */
  readonly heldBytes: number;
}

type State =
  | { readonly is: "running" }
  /** `tell`: on whose account; `isDue`: the other page has yet to be told on this connection. */
  | { readonly is: "ended"; readonly tell?: EndCode | undefined; readonly isDue?: boolean };

export function createPeerChannels(): PeerChannels {
  let effects: Effect[] = [];
  const emit = (effect: Effect): void => void effects.push(effect);
  const outgoing = createOutgoing(emit);
  let incoming = createIncoming(emit);
  let state: State = { is: "running" };

  const end = (code: EndCode | undefined, fault: Ended["fault"]): void => {
    if (state.is === "ended") return;
    state = { is: "ended", tell: fault === "theirs" ? code : undefined, isDue: true };
    // Nothing more is taken from that page: what it left half done is let go.
    incoming = createIncoming(emit);
    outgoing.end();
    if (code) emit({ type: "ended", code, fault });
  };
  const judge = (code: EndCode | undefined): void => {
    if (code) end(code, "theirs");
  };
  /** Does something and returns what follows from it. */
  const after = (act: () => void): Effect[] => {
    act();
    const all = effects;
    effects = [];
    return all;
  };

  return {
    send: (name, delivery, kind, bytes, id) =>
      after(() => {
        outgoing.send(name, delivery, kind, bytes, id);
        if (state.is === "ended") outgoing.end();
      }),
    withdraw: outgoing.withdraw,
    open: (name, delivery) => after(() => incoming.open(name, delivery)),
    listen: (name) => after(() => incoming.listen(name)),
    attach: outgoing.attach,
    detach: () =>
      after(() => {
        incoming.detach();
        outgoing.detach();
        if (state.is === "ended") state = { ...state, isDue: true };
      }),

    receive: (carrier, bytes) =>
      after(() => {
        if (state.is === "ended") return;
        const frame = decodeFrame(carrier, bytes);
        if (typeof frame === "string") judge(frame);
        else if (frame.type === "taken") judge(outgoing.taken(frame.channel, frame.next));
        else if (frame.type === "refuse") judge(outgoing.refused(frame.channel));
        else if (frame.type === "end") end(frame.code, "ours");
        else judge(incoming.receive(frame));
      }),

    pull(carrier) {
      let output: Output | undefined;
      if (state.is === "ended") {
        const { tell, isDue } = state;
        if (tell && isDue && carrier === "control")
          output = {
            frame: encodeEnd(tell),
            given() {
              state = { is: "ended", tell };
            },
          };
      } else output = (carrier === "control" ? incoming.pull() : undefined) ?? outgoing.pull(carrier);
      return output && { frame: output.frame, given: () => after(output.given) };
    },

    end: (code) => after(() => end(code, "theirs")),
    get heldBytes() {
      return incoming.heldBytes;
    },
  };
}
