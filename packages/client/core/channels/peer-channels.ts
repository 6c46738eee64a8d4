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
  attach(): Effect[];
  /** They are gone, with whatever was under way. */
  detach(): Effect[];
  receive(carrier: Carrier, frame: Uint8Array): Effect[];
  /**
   * The next frame for a carrier that has room; undefined when there is nothing to send. Call `given` once the carrier
   * has it and perform what comes back; a frame that is not given counts as never made.
   */
  pull(carrier: Carrier): Output | undefined;
  /** Ends the channels: by `code` because the page broke a rule, without because it is gone. */
  end(code?: EndCode): Effect[];
  /** Bytes held for the other page: messages in the making, and kept ones. */
  readonly heldBytes: number;
}

type State =
  | { readonly is: "running" }
  /** `isDue`: the other page has yet to be told on this connection. */
  | { readonly is: "ended"; readonly tell?: EndCode; readonly isDue?: boolean };

export function createPeerChannels(): PeerChannels {
  const outgoing = createOutgoing();
  let incoming = createIncoming();
  let state: State = { is: "running" };

  const end = (code: EndCode | undefined, fault: Ended["fault"]): Effect[] => {
    if (state.is === "ended") return [];
    state = code && fault === "theirs" ? { is: "ended", tell: code, isDue: true } : { is: "ended" };
    // Nothing more is taken from that page: what it left half done is let go.
    incoming = createIncoming();
    const effects: Effect[] = outgoing.end();
    return code ? [...effects, { type: "ended", code, fault }] : effects;
  };
  const judged = <E extends Effect>(result: E[] | EndCode): Effect[] =>
    typeof result === "string" ? end(result, "theirs") : result;

  return {
    send: (name, delivery, kind, bytes, id) =>
      state.is === "ended"
        ? [{ type: "settled", id, outcome: delivery === "lossy" ? "dropped" : "ended" }]
        : outgoing.send(name, delivery, kind, bytes, id),
    withdraw: outgoing.withdraw,
    open: (name, delivery) => incoming.open(name, delivery),
    listen: (name) => incoming.listen(name),

    attach() {
      if (state.is === "running") outgoing.attach();
      return [];
    },
    detach() {
      if (state.is === "ended") {
        if (state.tell) state = { ...state, isDue: true };
        return [];
      }
      incoming.detach();
      return outgoing.detach();
    },

    receive(carrier, bytes) {
      if (state.is === "ended") return [];
      const frame = decodeFrame(carrier, bytes);
      if (typeof frame === "string") return end(frame, "theirs");
      switch (frame.type) {
        case "taken":
          return judged(outgoing.taken(frame.channel, frame.next) ?? "bad-frame");
        case "refuse":
          return judged(outgoing.refused(frame.channel) ?? "bad-frame");
        case "end":
          return end(frame.code, "ours");
        default:
          return judged(incoming.receive(frame));
      }
    },

    pull(carrier) {
      if (state.is === "ended") {
        const { tell, isDue } = state;
        if (carrier !== "control" || !tell || !isDue) return undefined;
        return {
          frame: encodeEnd(tell),
          given() {
            state = { is: "ended", tell };
            return [];
          },
        };
      }
      return (carrier === "control" ? incoming.pull() : undefined) ?? outgoing.pull(carrier);
    },

    end: (code) => end(code, "theirs"),
    get heldBytes() {
      return incoming.heldBytes;
    },
  };
}
