import { channelCount, nameCharacters, type Outcome } from "../../core/channels/index.ts";
import type { Channel, Delivery, Message, ParlourError, Peer, PeerId } from "../api.ts";
import { parlourError } from "../error.ts";
import { eventSource } from "../events.ts";
import type { ChannelHub } from "../seams.ts";
import { prepareCarriers } from "./carriers.ts";
import { decodeMessage, type Encoded, encodeMessage } from "./message.ts";
import { createPage, type Page } from "./page.ts";

/** What `send` rejects with when some did not get it. */
export interface UndeliveredError extends ParlourError {
  readonly peers: readonly Peer[];
}

/** One name: the same for as long as the hub lives, whichever `Channel` objects come and go. */
export interface Named {
  readonly delivery: Delivery;
  /** False: its messages open no link. */
  readonly opensLink: boolean | undefined;
  isListening: boolean;
  channel: (Channel & { receive(data: Message, peer: Peer): void }) | undefined;
}

/** What becomes of a message without its sender having to hear of it: a lossy one may be lost. */
const arrivals: readonly Outcome[] = ["handed", "taken", "dropped"];

const refusal = (detail: string, more?: object): ParlourError =>
  parlourError("bad-request", { detail, ...more });
const differs = (name: string, more?: object): ParlourError =>
  refusal(`Channel "${name}" has another delivery.`, { hint: "Open it with the same everywhere.", ...more });

export function createChannelHub(options?: {
  /** Told to the developer, who alone can mend it: channels that don't match, pages that broke the protocol. Default: the console. */
  readonly onProblem?: (peer: Peer, problem: ParlourError) => void;
}): ChannelHub {
  const names = new Map<string, Named>();
  const pages = new Map<PeerId, Page>();
  const { on, emit } = eventSource<{ open: [peer: Peer] }>();
  const onProblem = options?.onProblem ?? ((peer, problem) => console.error(problem, problem.hint, peer));

  const create = (name: string, named: Named): NonNullable<Named["channel"]> => {
    const { delivery } = named;
    const messages = eventSource<{ message: [data: Message, peer: Peer] }>();
    const closing = new AbortController();
    return {
      name,
      delivery,
      receive: (data, peer) => messages.emit("message", data, peer),
      async send(data, { to, signal } = {}) {
        if (closing.signal.aborted) throw refusal(`Channel "${name}" is closed.`);
        if (signal?.aborted) throw parlourError("aborted");
        const message = encodeMessage(data);
        const peers = to
          ? [to].flat()
          : [...pages.values()].map(({ peer }) => peer).filter(({ presence }) => presence !== "away");
        await exchange(name, delivery, message, new Set(peers as Peer[]), [closing.signal, signal]);
      },
      on(event, listener) {
        if (!named.isListening) {
          named.isListening = true;
          // After the caller has its way to stop listening, and before any further frame can arrive.
          queueMicrotask(() => {
            for (const page of [...pages.values()]) page.listen(name);
          });
        }
        return messages.on(event, listener);
      },
      close() {
        named.channel = undefined;
        closing.abort();
      },
    };
  };

  /** One message to several pages: settles when all have, or when it is called off. */
  const exchange = (
    name: string,
    delivery: Delivery,
    message: Encoded,
    peers: ReadonlySet<Peer>,
    signals: readonly (AbortSignal | undefined)[],
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const withdrawals: (() => void)[] = [];
      const failed: Peer[] = [];
      let isMismatch = false;
      let left = peers.size + 1;
      const finish = (error?: ParlourError): void => {
        for (const signal of signals) signal?.removeEventListener("abort", callOff);
        if (error) reject(error);
        else resolve();
      };
      const callOff = (): void => {
        for (const withdraw of withdrawals) withdraw();
        finish(parlourError("aborted"));
      };
      const settle = (): void => {
        if (--left) return;
        const more = { peers: failed };
        if (isMismatch) finish(differs(name, more));
        else finish(failed.length ? parlourError("undelivered", more) : undefined);
      };
      for (const signal of signals) signal?.addEventListener("abort", callOff);
      for (const peer of peers) {
        const settled = (outcome: Outcome): void => {
          if (!arrivals.includes(outcome)) failed.push(peer);
          isMismatch ||= outcome === "mismatch";
          settle();
        };
        const page = pages.get(peer.id);
        if (page) withdrawals.push(page.send(name, delivery, message, settled));
        else settled(delivery === "lossy" ? "dropped" : "ended");
      }
      settle();
    });

  return {
    channel(name, delivery, opensLink) {
      let named = names.get(name);
      if (!named) {
        if (!name || name.length > nameCharacters)
          throw refusal(`A channel's name has 1 to ${nameCharacters} characters.`);
        if (names.size === channelCount)
          throw parlourError("too-many", { detail: `A room has at most ${channelCount} channels.` });
        named = { delivery, opensLink, isListening: false, channel: undefined };
        names.set(name, named);
        for (const page of [...pages.values()]) page.open(name, delivery);
      }
      if (named.delivery !== delivery) throw differs(name);
      named.channel ??= create(name, named);
      return named.channel;
    },

    add(peer) {
      pages.get(peer.id)?.end();
      const page = createPage(peer, {
        open: () => emit("open", peer),
        message: (name, message) => names.get(name)?.channel?.receive(decodeMessage(message), peer),
        problem: (effect) =>
          onProblem(
            peer,
            effect.type === "mismatch"
              ? differs(effect.name, { ours: effect.ours, theirs: effect.theirs })
              : parlourError(effect.code, { detail: `Channels with ${peer.name} were ended.`, ...effect }),
          ),
      });
      pages.set(peer.id, page);
      for (const [name, { delivery, isListening }] of names) {
        page.open(name, delivery);
        if (isListening) page.listen(name);
      }
      return page.part;
    },

    prepare: prepareCarriers,

    remove(id) {
      pages.get(id)?.end();
      pages.delete(id);
    },

    on,
    emit,
    channelsByName: names,
    pagesById: pages,
  };
}
