import { limits, type Refusal, type RoomInfo, type RosterEntry } from "@parlour/protocol";
import { placed } from "../../core/chat/placed.ts";
import { type Introduction, unacknowledgedMost } from "../../core/session/index.ts";
import type { ErrorCode, JoinOptions, ParlourError, Room, RoomEvents, RoomState, SaidEvent } from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred, eventSource } from "../events.ts";
import type { RoomLink } from "../link-text.ts";
import { randomText } from "../private/bytes.ts";
import type { Card, Certificates } from "../private/index.ts";
import type { ChannelHub, CreateLink, CreateMediaHub } from "../seams.ts";
import { type RoomEffect, startSessionDriver } from "../session/index.ts";
import { connectionMaker } from "./connection-maker.ts";
import { hosting } from "./hosting.ts";
import { eventLog } from "./inspection.ts";
import type { Membership } from "./membership.ts";
import { type Own, roomPeers, rtcOf } from "./peers.ts";
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
  readonly openSocket: () => WebSocket;
  /** Makes another identity, after another page was found on this one's seat. */
  readonly renew: () => Promise<Entrance>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Reason = { readonly code: ErrorCode; readonly detail: string; readonly hint: string };

const errorOf = (reason: Reason): ParlourError => parlourError(reason.code, { ...reason });
/** A reason in words, from what the server said or from the page's own sentences. */
function reasonOf(refusal: Refusal | "left" | "unreachable"): Reason {
  if (typeof refusal !== "string") return refusal;
  const { code, message, hint } = parlourError(refusal);
  return { code, detail: message, hint };
}

/** Goes in; resolves with the room once this page has its seat, rejects with why it gets none. */
export function enterRoom(setup: RoomSetup): Promise<Room> {
  const { address, options, parts, notebook } = setup;
  const { on, emit } = eventSource<RoomEvents>();
  const log = eventLog();
  const hub = parts.createChannelHub();
  const media =
    options.media === false ? undefined : parts.createMediaHub?.(hub.channel("parlour:media", "ordered"));
  const opening = deferred<Room>();
  const says = new Map<string, ReturnType<typeof deferred<number>>>();
  const joinedAt = Date.now();
  const { introduction, membership } = setup;
  const isPrivate = membership !== undefined;
  // Who we are is known from the first welcome on, and nobody holds the room or has a link before.
  const own: Own = { me: {} as RosterEntry, membership, iceServers: [], rtc: options.rtc ?? {} };

  const ready = connectionMaker(rtcOf(own));
  const peers = roomPeers({
    createLink: parts.createLink,
    createConnection: ready.create,
    hub,
    media,
    own,
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
    if (next === view.state) return;
    view.state = next;
    log.add(`room-${next}`, undefined, reason?.code);
    if (reason) emit("state", next, reason);
    else emit("state", next);
  };
  const {
    knocks,
    knockEnded,
    answered,
    end: hostEnds,
    ...hosts
  } = hosting({
    put: (frame) => session.put({ type: "ask", frame }),
    isLeft: () => view.state === "left",
    onWaiting: () => emit("waiting"),
  });
  let info = {} as RoomInfo;
  let known = "";
  /** What the room is, and what this page is in it, as the server said last. */
  const refresh = (): void => {
    const { locked, knock, ...facts } = info;
    const { id, role, name = "", country } = own.me;
    const self = { id, role, name: own.membership?.name ?? name, ...(country && { country }) };
    Object.assign(view, { title: undefined, ...facts, self, isLocked: locked, isKnocking: knock });
    if (role === "member") knockEnded();
    const before = known;
    known = JSON.stringify([info, self]);
    if (before && before !== known) emit("room");
  };
  const notice = (event: string, text: string, name?: string, at = Date.now()): void =>
    emit("notice", { event, text, at, ...(name !== undefined && { name }) });
  /** In a public room the server says who comes and goes; it can't where it knows nobody's name. */
  const privateNotice = (event: string, name: string, did: string): void => {
    if (isPrivate) notice(event, `${name} ${did}`, name);
  };
  const show = (message: SaidEvent, isLive = true): void => {
    // A private message is in no log: said again after a lost connection, it may come again.
    const isSame = ({ id, from }: SaidEvent): boolean => id === message.id && from.id === message.from.id;
    if (message.to && view.messages.some(isSame)) return;
    view.messages = placed(view.messages, message, isLive, limits.historyMessages);
    emit("said", message);
  };

  const chat = setup.privateChat?.({
    room: address.name,
    channel: hub.channel("parlour:chat", "exactly-once"),
    membership: () => own.membership as Membership,
    notebook,
    log: log.add,
    onMessage({ id, author, name, at, text }, isLive, to) {
      const from = { id: author, name: peers.peers.get(author)?.name ?? name };
      const isHistory = !isLive && at < joinedAt;
      show({ id, at, text, isOwn: author === own.me.id, isHistory, from, ...(to && { to }) }, isLive);
    },
  });

  /** Takes a seat in, or its change: who has no card that holds is nobody. */
  const seat = (entry: RosterEntry, card: Card | undefined, isNew: boolean): void => {
    if (isPrivate && card === undefined) {
      log.add("card-refused", entry.id);
      unseat(entry.id, "wrong-key");
      return;
    }
    const changed = peers.change(entry, card);
    if (changed) {
      emit("peer-changed", changed);
      return;
    }
    const peer = peers.add(entry, card);
    if (!isNew) return;
    emit("peer", peer);
    privateNotice("joined", peer.name, "joined");
  };
  const unseat = (id: string, reason: string): void => {
    const peer = peers.remove(id, reason);
    if (peer === undefined) return;
    emit("peer-left", peer, reason);
    if (reason === "removed") privateNotice(reason, peer.name, "was removed by the host");
    else privateNotice("left", peer.name, reason === "timeout" ? "lost the connection" : "left");
  };

  const handle = async (effect: RoomEffect, card: Promise<Card | undefined> | undefined): Promise<void> => {
    switch (effect.type) {
      case "welcome": {
        const { welcome, isNewSeat } = effect;
        own.iceServers = welcome.iceServers;
        own.me = welcome.you;
        info = welcome.room;
        refresh();
        knockEnded();
        for (const knocker of welcome.waiting ?? [])
          knocks(knocker, isPrivate, await own.membership?.open(knocker));
        notebook.write({ token: welcome.token });
        if (isNewSeat) peers.disconnectAll("seat");
        break;
      }
      case "ice-servers":
        own.iceServers = effect.iceServers;
        break;
      case "self":
        own.me = effect.me;
        refresh();
        break;
      case "joined":
      case "changed":
        seat(effect.peer, await card, effect.type === "changed" || effect.isNew);
        break;
      case "left":
        unseat(effect.id, effect.reason);
        break;
      case "live":
        peers.connectAll();
        for (const { driver } of peers.linked()) driver.resync();
        setState("live");
        break;
      case "recovering":
        setState("recovering", reasonOf(effect.refusal ?? "unreachable"));
        break;
      case "said": {
        const { entry, isHistory } = effect;
        const { id, from, name, country, text, at } = entry;
        const author = { id: from, name, ...(country && { country }) };
        const to = "to" in entry && { to: entry.to };
        show({ id, text, at, from: author, isOwn: from === own.me.id, isHistory, ...to });
        break;
      }
      case "room":
        info = effect.room;
        refresh();
        break;
      case "waiting":
        options.onWaiting?.();
        break;
      case "knocking":
        knocks(effect.peer, isPrivate, await card);
        break;
      case "knock-ended":
        knockEnded(effect.id);
        break;
      case "asked": {
        const { what, kind } = effect;
        const by = peers.peers.get(effect.by);
        if (!by) break;
        for (const publication of view.publications.values()) publication.mute(kind);
        emit("asked", { what, by, ...(kind && { kind }) });
        break;
      }
      case "answered":
        answered(effect.refusal);
        break;
      case "notice":
        notice(effect.event, effect.text, effect.name, effect.at);
        break;
      case "say-accepted":
        says.get(effect.id)?.resolve(effect.at);
        break;
      case "say-refused":
        says.get(effect.id)?.reject(errorOf(effect.refusal));
        break;
      case "refused":
        log.add("refused", undefined, effect.refusal.code);
        break;
      case "renew": {
        notebook.clear();
        const { introduction, membership } = await setup.renew();
        own.membership = membership;
        session.put({ type: "renewed", introduction });
        break;
      }
      case "ended":
        end(reasonOf(effect.refusal));
    }
  };

  const end = (reason: Reason): void => {
    const error = errorOf(reason);
    if (view.state !== "joining") notebook.forgetToken();
    for (const { reject } of says.values()) reject(error);
    hostEnds(error);
    media?.close();
    ready.close();
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
    const cards = effects.map((effect) => ("peer" in effect ? own.membership?.open(effect.peer) : undefined));
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
      const { name } = view.self;
      const people = peers.peers.size;
      const {
        greeting = `Welcome to ${address.name}. You are ${name}. ${people ? `${people + 1} people are here.` : "You are the first one here."}${own.me.role === "host" ? " You are the host." : ""}`,
      } = first.welcome;
      notice("welcome", greeting, name);
      await each(isLine);
    });
  };

  const session = startSessionDriver({
    open: setup.openSocket,
    introduction,
    token: notebook.note.token,
    onEffects: receive,
    onSignal: (number, payload) => enqueue(() => peers.receive(number, payload)),
    log: log.add,
  });
  const leave = (): void => session.put({ type: "leave" });
  options.signal?.addEventListener("abort", leave);
  opening.promise.catch(() => {}).finally(() => options.signal?.removeEventListener("abort", leave));

  const view = {
    state: "joining",
    peers: peers.peers,
    messages: [],
    publications: media?.publications ?? new Map(),
    link: address.href,
    ...hosts,
    on,
    async say(text, { to } = {}) {
      if (view.state === "left") throw parlourError("left");
      if (text === "") throw parlourError("bad-request");
      if (text.length > limits.textCharacters) throw parlourError("too-long");
      if (chat) {
        const { id, at } = await chat.say(text, view.self.name, to);
        return { id, at };
      }
      if (session.unacknowledged >= unacknowledgedMost)
        throw parlourError("too-many", { detail: "Too much waits for the server." });
      const id = randomText(12);
      const said = deferred<number>();
      says.set(id, said);
      session.put({ type: "say", id, text, to: to?.id });
      return { id, at: await said.promise.finally(() => says.delete(id)) };
    },
    async publish(stream, publication) {
      if (media && view.state !== "left") return media.publish(stream, publication);
      throw parlourError("bad-request", { detail: "This room has no media, or was left." });
    },
    channel(name, { delivery = "ordered" } = {}) {
      if (name.startsWith("parlour:"))
        throw parlourError("bad-request", { detail: "Names that start with parlour: are taken." });
      return hub.channel(name, delivery);
    },
    async inspect() {
      const links = peers.linked().map(async ({ driver, peer }) => {
        const report = await driver.connection?.getStats().catch(() => undefined);
        return { peer: peer.id, state: driver.state, stats: [...(report?.values() ?? [])] };
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
      if (fault === "relay-only") own.rtc = { ...own.rtc, iceTransportPolicy: "relay" };
      for (const { driver } of peers.linked()) driver.rebuild(fault);
    },
    async leave() {
      leave();
      await queue;
    },
  } satisfies Partial<Mutable<Room>> as Partial<Mutable<Room>> as Mutable<Room>;
  return opening.promise;
}
