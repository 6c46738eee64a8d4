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
  | { readonly say: unknown };

export interface PrivateChat {
  say(text: string, name: string): Promise<SignedMessage>;
  /** The channels to this peer are open (again): both tell each other what they have. */
  opened(peer: Peer): void;
  /** When everything received so far was looked at. */
  settled(): Promise<void>;
}

const most = limits.historyMessages;

export function privateChat(setup: {
  readonly room: string;
  readonly channel: Channel;
  /** Another one after the seat was taken by another page. */
  readonly membership: () => Membership;
  readonly notebook: SeatNotebook;
  readonly onMessage: (message: SignedMessage, isLive: boolean) => void;
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
    say(text, name) {
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
