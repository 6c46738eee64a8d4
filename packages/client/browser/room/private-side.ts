import type { Peer, PeerId, SaidEvent } from "../api.ts";
import type { ChannelHub } from "../seams.ts";
import type { Membership } from "./membership.ts";
import type { Own, RoomPeers } from "./peers.ts";
import { privateChat } from "./private-chat.ts";
import type { SeatNotebook } from "./seat-note.ts";

/** What a private room does by itself, because its server knows neither names nor words. */
export interface PrivateSide {
  say(text: string, name: string, to?: Peer): Promise<{ readonly id: string; readonly at: number }>;
  joined(name: string): void;
  left(name: string, reason: string): void;
  greeting(): string;
}

export interface PrivateSideSetup {
  readonly room: string;
  readonly hub: ChannelHub;
  readonly own: Own;
  readonly peers: RoomPeers;
  readonly notebook: SeatNotebook;
  readonly joinedAt: number;
  readonly show: (message: SaidEvent, isLive: boolean) => void;
  readonly notice: (event: string, text: string, name: string) => void;
  readonly log: (event: string, peer: PeerId) => void;
}

export function privateSide({
  room,
  hub,
  own,
  peers: { peers },
  notebook,
  joinedAt,
  show,
  notice,
  log,
}: PrivateSideSetup): PrivateSide {
  const membership = () => own.membership as Membership;
  const chat = privateChat({
    room,
    channel: hub.channel("parlour:chat", "exactly-once"),
    membership,
    notebook,
    log,
    onMessage({ id, author, name, at, text }, isLive, to) {
      const from = { id: author, name: peers.get(author)?.name ?? name };
      const isHistory = !isLive && at < joinedAt;
      show({ id, at, text, isOwn: author === own.me.id, isHistory, from, ...(to && { to }) }, isLive);
    },
  });
  hub.on("open", chat.opened);
  return {
    async say(text, name, to) {
      const { id, at } = await chat.say(text, name, to);
      return { id, at };
    },
    joined: (name) => notice("joined", `${name} joined`, name),
    left(name, reason) {
      const isRemoved = reason === "removed";
      const did = isRemoved
        ? "was removed by the host"
        : reason === "timeout"
          ? "lost the connection"
          : "left";
      notice(isRemoved ? reason : "left", `${name} ${did}`, name);
    },
    greeting() {
      const { size } = peers;
      const people = size > 0 ? `${size + 1} people are here.` : "You are the first one here.";
      const role = own.me.role === "host" ? " You are the host." : "";
      return `Welcome to ${room}. You are ${membership().name}. ${people}${role}`;
    },
  };
}
