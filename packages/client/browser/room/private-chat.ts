import { limits, type PeerId } from "@parlour/protocol";
import { type Chat, have, isWanted, lacking, placed, type SignedMessage } from "../../core/chat/index.ts";
import type { Channel, JsonValue, Peer } from "../api.ts";
import { randomText } from "../private/bytes.ts";
import { isGenuine, isMessage, signMessage } from "../private/index.ts";
import type { Membership } from "./membership.ts";
import type { SeatNotebook } from "./seat-note.ts";

/** What goes over `parlour:chat`: what a page has, what another lacked, or what was just said. */
type ChatFrame =
  | { readonly have: Record<string, unknown> }
  | { readonly messages: readonly unknown[] }
  | { readonly say: unknown }
  /** For this page alone. */
  | { readonly whisper: unknown };

export interface PrivateChat {
  /** To everyone, or to one alone: then it resolves once that one's page has it, and rejects with `undelivered` when that is gone first. */
  say(text: string, name: string, to?: Peer): Promise<SignedMessage>;
  /** The channels to this peer are open (again): both tell each other what they have. */
  opened(peer: Peer): void;
  /** When everything received so far was looked at. */
  settled(): Promise<void>;
}

const most = limits.historyMessages;

export function privateChat(setup: {
  readonly room: string;
  readonly channel: Pick<Channel, "send" | "on">;
  /** Another one after the seat was taken by another page. */
  readonly membership: () => Membership;
  readonly notebook: SeatNotebook;
  readonly onMessage: (message: SignedMessage, isLive: boolean, to?: PeerId) => void;
  readonly log: (event: string, peer: PeerId) => void;
}): PrivateChat {
  const { room, channel, notebook, log } = setup;
  let chat: Chat = [];
  /** How many messages by others each page may still pass on, before its channels open anew. */
  const budgets = new Map<PeerId, number>();
  /** One at a time, so that what a page sent in order is shown in order. */
  let queue = Promise.resolve();
  let saying: Promise<unknown> = queue;

  const take = (message: SignedMessage, isLive: boolean): void => {
    chat = placed(chat, message, isLive, most);
    setup.onMessage(message, isLive);
  };

  const receive = async (value: unknown, peer: Peer, isSaid: boolean): Promise<void> => {
    if (!isMessage(value)) return log("message-malformed", peer.id);
    const isLive = isSaid && value.author === peer.id;
    if (!isLive) {
      const left = budgets.get(peer.id) ?? 0;
      if (left === 0) return log("history-over-budget", peer.id);
      budgets.set(peer.id, left - 1);
    }
    if (!isWanted(chat, value, isLive, most)) return;
    if (!(await isGenuine(room, value))) return log("message-forged", peer.id);
    take(value, isLive);
  };

  /** Nothing of it is passed on, kept in the chat or told to others, and nobody else may say it for its author. */
  const receiveWhisper = async (value: unknown, peer: Peer): Promise<void> => {
    const own = setup.membership().identity.id;
    if (isMessage(value) && value.author === peer.id && (await isGenuine(room, value, own)))
      setup.onMessage(value, true, own);
    else log("message-forged", peer.id);
  };
  const whisper = async (text: string, name: string, to: Peer): Promise<SignedMessage> => {
    const { identity } = setup.membership();
    const what = { id: randomText(12), name, n: 1, at: Date.now(), text };
    const message = await signMessage(room, identity, what, to.id);
    await channel.send({ whisper: message } as object as JsonValue, { to });
    setup.onMessage(message, true, to.id);
    return message;
  };

  const send = (frame: object, to?: Peer): void => {
    // Whoever is gone before it has this gets it from the others, or from us when it is back.
    channel.send(frame as JsonValue, to && { to }).catch(() => {});
  };

  channel.on("message", (data, peer) => {
    const frame = (typeof data === "object" ? data : undefined) as Partial<Record<string, unknown>> &
      Partial<ChatFrame>;
    const all = (values: readonly unknown[], isSaid: boolean): void => {
      for (const value of values) queue = queue.then(() => receive(value, peer, isSaid));
    };
    if (frame?.have) {
      const messages = lacking(chat, frame.have as Record<string, unknown>, most);
      if (messages.length > 0) send({ messages }, peer);
    } else if (Array.isArray(frame?.messages)) all(frame.messages.slice(0, most), false);
    else if (frame?.say) all([frame.say], true);
    else if (frame?.whisper) queue = queue.then(() => receiveWhisper(frame.whisper, peer));
  });

  const sayNow = async (text: string, name: string): Promise<SignedMessage> => {
    const { identity } = setup.membership();
    const own = chat.filter(({ author }) => author === identity.id).map(({ n }) => n);
    const n = Math.max(notebook.note.said ?? 0, ...own) + 1;
    notebook.write({ said: n });
    const message = await signMessage(room, identity, { id: randomText(12), name, n, at: Date.now(), text });
    take(message, true);
    send({ say: message });
    return message;
  };

  return {
    say(text, name, to) {
      if (to) return whisper(text, name, to);
      const said = saying.then(() => sayNow(text, name));
      saying = said.catch(() => {});
      return said;
    },
    opened(peer) {
      budgets.set(peer.id, most);
      send({ have: have(chat) }, peer);
    },
    settled: () => queue,
  };
}
