import { createPeerChannels, type Effect, type Outcome } from "../../core/channels/index.ts";
import type { Delivery, Peer } from "../api.ts";
import type { LinkPart } from "../seams.ts";
import { type Carriers, createCarriers, hasRoom, isOpen } from "./carriers.ts";
import type { Encoded } from "./message.ts";

/** One other page: its channels, performed on the carriers of whatever connection there is. */
export interface Page {
  readonly peer: Peer;
  readonly part: LinkPart;
  open(name: string, delivery: Delivery): void;
  listen(name: string): void;
  /** Queues a message; `settled` is called once, maybe at once. Returns how to withdraw it: false when it has begun. */
  send(
    name: string,
    delivery: Delivery,
    message: Encoded,
    settled: (outcome: Outcome) => void,
  ): () => boolean;
  /** The page is gone: everything not settled is `ended`. */
  end(): void;
}

export function createPage(
  peer: Peer,
  on: {
    readonly open: () => void;
    /** Throws when the bytes are not of their kind. */
    readonly message: (name: string, message: Encoded) => void;
    readonly problem: (effect: Effect & { type: "mismatch" | "ended" }) => void;
  },
): Page {
  const core = createPeerChannels();
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let carriers: Carriers | undefined;
  let sent = 0;
  let pumping: "no" | "yes" | "again" = "no";

  const perform = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.type === "settled") {
        waiting.get(effect.id)?.(effect.outcome);
        waiting.delete(effect.id);
      } else if (effect.type === "deliver") {
        try {
          on.message(effect.name, effect);
        } catch {
          perform(core.end("bad-frame"));
          return;
        }
      } else on.problem(effect);
    }
    pump();
  };

  const lost = (): void => {
    if (!carriers) return;
    carriers = undefined;
    perform(core.detach());
  };

  /** Gives the carriers what they have room for. Called after everything that may have made something to send. */
  const pump = (): void => {
    if (pumping !== "no") {
      pumping = "again";
      return;
    }
    do {
      pumping = "yes";
      for (const carrier of ["control", "lossy", "bulk"] as const) {
        for (;;) {
          const channel = carriers?.[carrier];
          const output = channel && hasRoom(carrier, channel) ? core.pull(carrier) : undefined;
          if (!channel || !output) break;
          try {
            channel.send(output.frame);
          } catch {
            // It closed under our hands: as good as detached, and the link brings another.
            lost();
            break;
          }
          perform(output.given());
        }
      }
    } while ((pumping as string) === "again");
    pumping = "no";
  };

  return {
    peer,
    part: {
      attach(connection) {
        lost();
        const mine = createCarriers(connection, {
          open() {
            if (carriers !== mine) return;
            if (Object.values(mine).every(isOpen)) {
              core.attach();
              on.open();
            }
            pump();
          },
          room: () => carriers === mine && pump(),
          close: () => carriers === mine && lost(),
          frame(carrier, data) {
            if (carriers !== mine) return;
            perform(
              data instanceof ArrayBuffer
                ? core.receive(carrier, new Uint8Array(data))
                : core.end("bad-frame"),
            );
          },
        });
        carriers = mine;
      },
      detach: lost,
    },
    open: (name, delivery) => perform(core.open(name, delivery)),
    listen: (name) => perform(core.listen(name)),
    send(name, delivery, { kind, bytes }, settled) {
      const id = sent++;
      waiting.set(id, settled);
      perform(core.send(name, delivery, kind, bytes, id));
      return () => {
        if (!core.withdraw(id)) return false;
        return waiting.delete(id);
      };
    },
    end() {
      carriers = undefined;
      perform(core.end());
    },
  };
}
