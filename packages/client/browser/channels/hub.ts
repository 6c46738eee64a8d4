import { channelCount, type Effect, nameCharacters, type Outcome } from "../../core/channels/index.ts";
import type { Channel, Delivery, Message, ParlourError, Peer, PeerId } from "../api.ts";
import { parlourError } from "../error.ts";
import type { ChannelHub } from "../seams.ts";
import { decodeMessage, type Encoded, encodeMessage } from "./message.ts";
import { createPage, type Page } from "./page.ts";

/** What `send` rejects with when some did not get it. */
export interface UndeliveredError extends ParlourError {
  readonly peers: readonly Peer[];
}

/** One name: the same for as long as the hub lives, whichever `Channel` objects come and go. */
interface Named {
  readonly delivery: Delivery;
  isListening: boolean;
  channel: (Channel & { receive(data: Message, peer: Peer): void }) | undefined;
}

/** What becomes of a message without its sender having to hear of it: a lossy one may be lost. */
const arrivals: readonly Outcome[] = ["handed", "taken", "dropped"];
const sameDelivery = "Open it with the same delivery everywhere.";

export function createChannelHub(options?: {
  /** Told to the developer, who alone can mend it: channels that don't match, pages that broke the protocol. Default: the console. */
  readonly onProblem?: (peer: Peer, problem: ParlourError) => void;
}): ChannelHub {
  const names = new Map<string, Named>();
  const pages = new Map<PeerId, Page>();
  const openListeners = new Set<(peer: Peer) => void>();
  const onProblem = options?.onProblem ?? ((peer, problem) => console.error(problem, problem.hint, peer));

  const problem = (peer: Peer, effect: Effect & { type: "mismatch" | "ended" }): void =>
    onProblem(
      peer,
      effect.type === "mismatch"
        ? parlourError(
            "bad-request",
            `Channel "${effect.name}" is ${effect.ours} here and ${effect.theirs} at ${peer.name}.`,
            sameDelivery,
          )
        : parlourError(
            effect.code,
            `Channels with ${peer.name} were ended: ${effect.code}.`,
            undefined,
            effect,
          ),
    );

  const create = (name: string, named: Named): NonNullable<Named["channel"]> => {
    const listeners = new Set<(data: Message, peer: Peer) => void>();
    const calledOff = new Set<() => void>();
    let isClosed = false;
    return {
      name,
      delivery: named.delivery,
      receive(data, peer) {
        // One listener that throws must not keep a message from the others, nor from being acknowledged.
        for (const listener of [...listeners]) {
          try {
            listener(data, peer);
          } catch (error) {
            reportError(error);
          }
        }
      },
      async send(data, options = {}) {
        const { to, signal } = options;
        if (isClosed) throw parlourError("bad-request", `Channel "${name}" is closed.`);
        if (signal?.aborted) throw parlourError("aborted");
        const message = encodeMessage(data);
        const peers = to
          ? [to].flat()
          : [...pages.values()].map(({ peer }) => peer).filter(({ presence }) => presence !== "away");
        await exchange(named.delivery, name, message, new Set(peers as Peer[]), signal, calledOff);
      },
      on(_event, listener) {
        listeners.add(listener);
        if (!named.isListening) {
          named.isListening = true;
          // After the caller has its way to stop listening, and before any further frame can arrive.
          queueMicrotask(() => {
            for (const page of [...pages.values()]) page.listen(name);
          });
        }
        return () => void listeners.delete(listener);
      },
      close() {
        isClosed = true;
        listeners.clear();
        named.channel = undefined;
        for (const callOff of [...calledOff]) callOff();
      },
    };
  };

  /** One message to several pages: settles when all have, or when it is called off. */
  const exchange = (
    delivery: Delivery,
    name: string,
    message: Encoded,
    peers: ReadonlySet<Peer>,
    signal: AbortSignal | undefined,
    calledOff: Set<() => void>,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const withdrawals: (() => boolean)[] = [];
      const failed: Peer[] = [];
      let isMismatch = false;
      let left = peers.size + 1;
      const finish = (error?: ParlourError): void => {
        signal?.removeEventListener("abort", callOff);
        calledOff.delete(callOff);
        if (error) reject(error);
        else resolve();
      };
      const callOff = (): void => {
        for (const withdraw of withdrawals) withdraw();
        finish(parlourError("aborted"));
      };
      const settle = (peer?: Peer, outcome: Outcome = "handed"): void => {
        if (peer && !arrivals.includes(outcome)) {
          failed.push(peer);
          isMismatch ||= outcome === "mismatch";
        }
        if (--left) return;
        const peers = { peers: failed };
        if (isMismatch)
          finish(parlourError("bad-request", `Channel "${name}" differs there.`, sameDelivery, peers));
        else finish(failed.length ? parlourError("undelivered", undefined, undefined, peers) : undefined);
      };
      signal?.addEventListener("abort", callOff);
      calledOff.add(callOff);
      for (const peer of peers) {
        const page = pages.get(peer.id);
        if (page) withdrawals.push(page.send(name, delivery, message, (outcome) => settle(peer, outcome)));
        else settle(peer, delivery === "lossy" ? "dropped" : "ended");
      }
      settle();
    });

  return {
    channel(name, delivery) {
      const named = names.get(name) ?? { delivery, isListening: false, channel: undefined };
      if (named.delivery !== delivery)
        throw parlourError("bad-request", `Channel "${name}" is ${named.delivery} already.`, sameDelivery);
      if (!names.has(name)) {
        if (!name || name.length > nameCharacters)
          throw parlourError("bad-request", `A channel's name has 1 to ${nameCharacters} characters.`);
        if (names.size === channelCount)
          throw parlourError("too-many", `A room has at most ${channelCount} channels.`);
        names.set(name, named);
        for (const page of [...pages.values()]) page.open(name, delivery);
      }
      named.channel ??= create(name, named);
      return named.channel;
    },

    add(peer) {
      pages.get(peer.id)?.end();
      const page = createPage(peer, {
        open() {
          for (const listener of [...openListeners]) listener(peer);
        },
        message(name, message) {
          const data = decodeMessage(message);
          names.get(name)?.channel?.receive(data, peer);
        },
        problem: (effect) => problem(peer, effect),
      });
      pages.set(peer.id, page);
      for (const [name, { delivery, isListening }] of names) {
        page.open(name, delivery);
        if (isListening) page.listen(name);
      }
      return page.part;
    },

    remove(id) {
      pages.get(id)?.end();
      pages.delete(id);
    },

    on(_event, listener) {
      openListeners.add(listener);
      return () => void openListeners.delete(listener);
    },
  };
}
