import type { Channel, JsonValue, Peer, PeerId, SaidEvent } from "../api.ts";
import { loaded } from "../later.ts";
import type { UnlinkedDriver } from "../post/unlinked.ts";
import { utf8 } from "../private/joined.ts";
import type { ChannelHub } from "../seams.ts";
import type { RoomEffect } from "../session/index.ts";
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
  /** All of this happened in the room. */
  took(effects: readonly RoomEffect[]): void;
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
  readonly log: (event: string, peer?: PeerId, detail?: string) => void;
}

/** Null when this is no JSON. */
function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

export function privateSide({
  room,
  hub,
  own,
  peers: { peers, seatsById, signalTo },
  notebook,
  joinedAt,
  show,
  notice,
  log,
}: PrivateSideSetup): PrivateSide {
  let unlinked: Promise<UnlinkedDriver> | undefined;
  /** What goes between pages that have no link: it is loaded when somebody here or there first uses it. */
  const beyond = () => {
    unlinked ??= loaded(() => import("../post/unlinked.ts")).then((module) => {
      const all = module.unlinked({ room, own, seats: seatsById, signal: signalTo, log });
      all.post.on("chat", (from, bytes) => {
        const peer = peers.get(from);
        if (peer) hear(jsonOf(bytes), peer);
      });
      return all;
    });
    unlinked.catch(() => {
      unlinked = undefined;
    });
    return unlinked;
  };
  own.unlinked = beyond;
  own.sealing = async () => (await beyond()).sealing();
  own.onSignal = (from, payload) => {
    // Where it can't be loaded now it is asked for again: the other page repeats what it sent.
    if (payload[0] === 2)
      beyond().then(
        ({ post }) => post.receive(from, payload),
        () => {},
      );
  };
  const membership = () => own.membership as Membership;
  const links = hub.channel("parlour:chat", "exactly-once");
  let hear: (data: JsonValue, peer: Peer) => void = () => {};
  /** Who has no link that works is told by post as well. What comes both ways is shown once. */
  const channel: Pick<Channel, "send" | "on"> = {
    send(frame, { to } = {}) {
      const sent = links.send(frame, to && { to });
      const all = [...peers.values()].filter(
        (peer) =>
          (!to || to === peer) &&
          peer.presence === "here" &&
          !["connected", "resting"].includes(peer.link.state),
      );
      const { say, whisper } = frame as Record<string, unknown>;
      if (!all.length || !(say || whisper)) return sent;
      const posted = beyond().then(({ post }) =>
        Promise.all(all.map(({ id }) => post.send(id, "chat", utf8(JSON.stringify(frame))))),
      );
      return Promise.any([sent, posted]).then(
        () => {},
        () => sent,
      );
    },
    on(event, listener) {
      hear = listener;
      return links.on(event, listener);
    },
  };
  const chat = privateChat({
    room,
    channel,
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
    took(effects) {
      unlinked?.then(
        (all) => all.took(effects),
        () => {},
      );
    },
    async say(text, name, to) {
      const { id, at } = await chat.say(text, name, to);
      return { id, at };
    },
    joined: (name) => notice("joined", `${name} joined`, name),
    left(name, reason) {
      if (reason === "removed") notice(reason, `${name} was removed by the host`, name);
      else notice("left", `${name} ${reason === "timeout" ? "lost the connection" : "left"}`, name);
    },
    greeting() {
      const { size } = peers;
      const people = size > 0 ? `${size + 1} people are here.` : "You are the first one here.";
      const role = own.me.role === "host" ? " You are the host." : "";
      return `Welcome to ${room}. You are ${membership().name}. ${people}${role}`;
    },
  };
}
