import { type IceServer, limits, type Refusal, type RoomInfo, type RosterEntry } from "@parlour/protocol";
import { placed } from "../../core/chat/placed.ts";
import { type Introduction, unacknowledgedMost } from "../../core/session/index.ts";
import type {
  ErrorCode,
  JoinOptions,
  NoticeEvent,
  Room,
  RoomEvents,
  RoomHost,
  RoomState,
  SaidEvent,
} from "../api.ts";
import { parlourError } from "../error.ts";
import type { RoomLink } from "../link-text.ts";
import { randomText } from "../private/bytes.ts";
import type { Card, Certificates } from "../private/index.ts";
import type { ChannelHub, CreateLink, CreateMediaHub } from "../seams.ts";
import { type RoomEffect, startSessionDriver } from "../session/index.ts";
import { deferred, eventSource } from "./events.ts";
import { eventLog } from "./inspection.ts";
import type { Membership } from "./membership.ts";
import { roomPeers } from "./peers.ts";
import type { privateChat } from "./private-chat.ts";
import type { SeatNotebook } from "./seat-note.ts";

/** What a room is put together from; the SDK without media leaves that out, and tests give others. */
export interface RoomParts {
  readonly createLink: CreateLink;
  readonly createChannelHub: () => ChannelHub;
  readonly createMediaHub?: CreateMediaHub;
  readonly certificates?: Certificates;
}

/** What a page brings along to the door. */
export interface Entrance {
  readonly introduction: Introduction;
  readonly membership: Membership | undefined;
  /** Private rooms only, and loaded with them. */
  readonly privateChat: typeof privateChat | undefined;
}

export interface RoomSetup extends Entrance {
  readonly address: RoomLink;
  readonly options: JoinOptions;
  readonly parts: RoomParts;
  readonly notebook: SeatNotebook;
  /** Makes another identity, after another page was found on this one's seat. */
  readonly renew: () => Promise<Entrance>;
}

const later = (): Promise<void> => Promise.reject(parlourError("not-host"));
const notYet: RoomHost = {
  set: later,
  mute: later,
  remove: later,
  handOver: later,
  end: later,
  admit: later,
  deny: later,
};

type Reason = { readonly code: ErrorCode; readonly detail: string; readonly hint: string };

/** A reason in words, from what the server said or from the page's own sentences. */
function reasonOf(refusal: Refusal | "left" | "unreachable"): Reason {
  if (typeof refusal !== "string") return refusal;
  const { code, message, hint } = parlourError(refusal);
  return { code, detail: message, hint };
}

/** Goes in; resolves with the room once this page has its seat, rejects with why it gets none. */
export function enterRoom(setup: RoomSetup): Promise<Room> {
  const { address, options, parts, notebook } = setup;
  const events = eventSource<RoomEvents>();
  const { emit } = events;
  const log = eventLog();
  const hub = parts.createChannelHub();
  const media =
    options.media === false ? undefined : parts.createMediaHub?.(hub.channel("parlour:media", "ordered"));
  const opening = deferred<Room>();
  const says = new Map<string, { resolve(at: number): void; reject(error: Error): void }>();
  const joinedAt = Date.now();

  let { introduction, membership } = setup;
  let state: RoomState = "joining";
  let info: RoomInfo | undefined;
  let me: RosterEntry | undefined;
  let iceServers: readonly IceServer[] = [];
  let { rtc = {} } = options;
  let messages: readonly SaidEvent[] = [];
  const isPrivate = membership !== undefined;

  // Both are there from the first welcome on, and nobody holds the room before.
  const self = (): RosterEntry => me as RosterEntry;
  const room = (): RoomInfo => info as RoomInfo;

  const peers = roomPeers({
    createLink: parts.createLink,
    hub,
    media,
    own: self,
    membership: () => membership,
    iceServers: () => iceServers,
    rtc: () => (membership ? { ...rtc, certificates: [membership.identity.certificate] } : rtc),
    signal: (number, payload) => session.signal(number, payload),
    onLink: (peer) => emit("link", peer),
    log: log.add,
  });
  hub.on("open", (peer) => {
    media?.opened(peer);
    chat?.opened(peer);
  });
  media?.on("media", (source) => emit("media", source));
  media?.on("media-ended", (source) => emit("media-ended", source));
  for (const { stream, source } of options.publish ?? []) {
    media?.publish(stream, { source }).catch((error) => log.add("publish-failed", undefined, String(error)));
  }

  const setState = (next: RoomState, reason?: Reason): void => {
    if (next === state) return;
    state = next;
    log.add(`room-${next}`, undefined, reason?.code);
    if (reason) emit("state", next, reason);
    else emit("state", next);
  };
  const notice = (event: string, text: string, name?: string, at = Date.now()): void =>
    emit("notice", { event, text, at, ...(name !== undefined && { name }) } satisfies NoticeEvent);
  /** In a public room the server says who comes and goes; it can't where it knows nobody's name. */
  const privateNotice = (event: string, name: string, did: string): void => {
    if (isPrivate) notice(event, `${name} ${did}`, name);
  };
  const show = (message: SaidEvent, isLive = true): void => {
    messages = placed(messages, message, isLive, limits.historyMessages);
    emit("said", message);
  };

  const chat = setup.privateChat?.({
    room: address.name,
    channel: hub.channel("parlour:chat", "exactly-once"),
    membership: () => membership as Membership,
    notebook,
    log: log.add,
    onMessage({ id, author, name, at, text }, isLive) {
      const isOwn = author === self().id;
      const known = peers.peers.get(author)?.name ?? name;
      show(
        { id, at, text, isOwn, isHistory: !isLive && at < joinedAt, from: { id: author, name: known } },
        isLive,
      );
    },
  });

  /** Takes a seat in, or its change: who has no card that holds is nobody. */
  const seat = (entry: RosterEntry, card: Card | undefined, isNew: boolean): void => {
    if (isPrivate && card === undefined) {
      log.add("card-refused", entry.id);
      unseat(entry.id, "wrong-key");
    } else if (peers.has(entry.id)) {
      const peer = peers.change(entry, card);
      if (peer) emit("peer-changed", peer);
    } else {
      const peer = peers.add(entry, card);
      if (!isNew) return;
      emit("peer", peer);
      privateNotice("joined", peer.name, "joined");
    }
  };
  const unseat = (id: string, reason: string): void => {
    const peer = peers.remove(id, reason);
    if (peer === undefined) return;
    emit("peer-left", peer, reason);
    privateNotice("left", peer.name, reason === "timeout" ? "lost the connection" : "left");
  };

  const handle = async (effect: RoomEffect, card: Promise<Card | undefined> | undefined): Promise<void> => {
    switch (effect.type) {
      case "welcome": {
        const { welcome, isNewSeat } = effect;
        info = welcome.room;
        me = welcome.you;
        iceServers = welcome.iceServers;
        notebook.write({ token: welcome.token });
        if (isNewSeat) peers.disconnectAll("seat");
        break;
      }
      case "self":
        me = effect.me;
        break;
      case "joined":
        seat(effect.peer, await card, effect.isNew);
        break;
      case "changed":
        seat(effect.peer, await card, true);
        break;
      case "left":
        unseat(effect.id, effect.reason);
        break;
      case "live":
        peers.connectAll();
        peers.each((driver) => driver.resync());
        setState("live");
        break;
      case "recovering":
        setState("recovering", reasonOf(effect.refusal ?? "unreachable"));
        break;
      case "said": {
        const { id, from, name, country, text, at } = effect.entry;
        const author = { id: from, name, ...(country && { country }) };
        show({ id, text, at, from: author, isOwn: from === me?.id, isHistory: effect.isHistory });
        break;
      }
      case "notice":
        notice(effect.event, effect.text, effect.name, effect.at);
        break;
      case "say-accepted":
        says.get(effect.id)?.resolve(effect.at);
        break;
      case "say-refused": {
        const { code, detail, hint } = effect.refusal;
        says.get(effect.id)?.reject(parlourError(code, detail, hint));
        break;
      }
      case "refused":
        log.add("refused", undefined, effect.refusal.code);
        break;
      case "renew":
        notebook.clear();
        ({ introduction, membership } = await setup.renew());
        session.put({ type: "renewed", introduction });
        break;
      case "ended":
        end(reasonOf(effect.refusal));
    }
  };

  const end = (reason: Reason): void => {
    const error = parlourError(reason.code, reason.detail, reason.hint);
    if (state !== "joining") notebook.forgetToken();
    for (const { reject } of says.values()) reject(error);
    media?.close();
    for (const id of [...peers.peers.keys()]) peers.remove(id, reason.code);
    setState("left", reason);
    opening.reject(options.signal?.aborted ? parlourError("aborted") : error);
  };

  /** Everything from the server passes here one after the other: opening a card takes a moment, and order matters. */
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (task: () => Promise<void> | void): void => {
    queue = queue.then(task).catch((error) => log.add("failed", undefined, String(error)));
  };
  const receive = (effects: readonly RoomEffect[]): void => {
    const cards = effects.map((effect) =>
      effect.type === "joined" || effect.type === "changed" ? membership?.open(effect.peer) : undefined,
    );
    const each = async (isDue: (effect: RoomEffect) => boolean): Promise<void> => {
      for (const [i, effect] of effects.entries()) if (isDue(effect)) await handle(effect, cards[i]);
    };
    const [first] = effects;
    enqueue(async () => {
      if (first?.type !== "welcome" || !first.isFirst) return each(() => true);
      const isLine = ({ type }: RoomEffect) => type === "said" || type === "notice";
      await each((effect) => !isLine(effect));
      opening.resolve(view);
      // Whoever awaits the room gets to listen before anything is said.
      await new Promise((resolve) => setTimeout(resolve));
      const people = peers.peers.size;
      const {
        greeting = `Welcome to ${address.name}. You are ${ownName()}. ${people === 0 ? "You are the first one here." : `${people + 1} people are here.`}${self().role === "host" ? " You are the host." : ""}`,
      } = first.welcome;
      notice("welcome", greeting, ownName());
      await each(isLine);
    });
  };

  const ownName = (): string => membership?.name ?? self().name ?? "";

  const session = startSessionDriver({
    url: `${address.server.replace(/^http/, "ws")}/v1`,
    introduction,
    token: notebook.note.token,
    onEffects: receive,
    onSignal: (number, payload) => enqueue(() => peers.receive(number, payload)),
    log: (event) => log.add(event),
  });
  const abort = (): void => session.put({ type: "leave" });
  options.signal?.addEventListener("abort", abort);
  opening.promise.catch(() => {}).finally(() => options.signal?.removeEventListener("abort", abort));

  const view: Room = {
    get name() {
      return room().name;
    },
    get visibility() {
      return room().visibility;
    },
    get title() {
      return room().title as string;
    },
    get capacity() {
      return room().capacity;
    },
    get topology() {
      return room().topology;
    },
    get isLocked() {
      return room().locked;
    },
    get isKnocking() {
      return room().knock;
    },
    get hasPasscode() {
      return room().hasPasscode;
    },
    waiting: new Map(),
    host: notYet,
    get state() {
      return state;
    },
    get self() {
      const { id, role, country } = self();
      return { id, role, name: ownName(), ...(country && { country }) };
    },
    peers: peers.peers,
    link: address.href,
    on: events.on,
    async say(text) {
      if (state === "left") throw parlourError("left");
      if (text === "") throw parlourError("bad-request");
      if (text.length > limits.textCharacters) throw parlourError("too-long");
      if (chat) {
        const { id, at } = await chat.say(text, ownName());
        return { id, at };
      }
      if (session.unacknowledged >= unacknowledgedMost) {
        throw parlourError("too-many", "Too much waits for the server to come back.");
      }
      const id = randomText(12);
      const { promise, resolve, reject } = deferred<number>();
      says.set(id, { resolve, reject });
      session.put({ type: "say", id, text });
      return { id, at: await promise.finally(() => says.delete(id)) };
    },
    get messages() {
      return messages;
    },
    async publish(stream, publication) {
      if (media === undefined || state === "left") {
        throw parlourError("bad-request", "This room is without media, or was left.");
      }
      return media.publish(stream, publication);
    },
    publications: media?.publications ?? new Map(),
    channel(name, { delivery = "ordered" } = {}) {
      if (name.startsWith("parlour:")) {
        throw parlourError(
          "bad-request",
          "Names of channels that start with parlour: are taken.",
          "Use another name.",
        );
      }
      return hub.channel(name, delivery);
    },
    async inspect() {
      const links: Promise<Awaited<ReturnType<Room["inspect"]>>["links"][number]>[] = [];
      peers.each((driver, { id }) => {
        const report = driver.connection?.getStats().catch(() => undefined);
        links.push(
          (async () => ({ peer: id, state: driver.state, stats: [...((await report)?.values() ?? [])] }))(),
        );
      });
      return {
        at: Date.now(),
        events: [...log.events],
        links: await Promise.all(links),
        signaling: { ...session.counts },
      };
    },
    simulate(fault) {
      if (fault === "signal-lost") return session.drop();
      if (fault === "relay-only") rtc = { ...rtc, iceTransportPolicy: "relay" };
      peers.each((driver) => driver.rebuild(fault));
    },
    async leave() {
      session.put({ type: "leave" });
      await queue;
    },
  };
  return opening.promise;
}
