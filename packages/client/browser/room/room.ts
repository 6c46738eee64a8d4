import { limits, type RoomInfo, type RosterEntry } from "@parlour/protocol";
import { placed } from "../../core/chat/placed.ts";
import { linkedMost } from "../../core/demand/large.ts";
import type { Introduction } from "../../core/session/index.ts";
import type {
  JoinOptions,
  PeerId,
  Room,
  RoomEvents,
  RoomHost,
  RoomState,
  SaidEvent,
  WaitingPerson,
} from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred, eventSource } from "../events.ts";
import { beside, rest } from "../later.ts";
import type { RoomLink } from "../link-text.ts";
import type { Card, Certificates } from "../private/index.ts";
import type { ChannelHub, CreateFilesHub, CreateLink, CreateMediaHub } from "../seams.ts";
import { type RoomEffect, type SessionDriver, startSessionDriver } from "../session/index.ts";
import { connectionMaker } from "./connection-maker.ts";
import type { RoomFurther } from "./further.ts";
import { type EventLog, eventLog } from "./inspection.ts";
import type { Membership } from "./membership.ts";
import { type Own, type RoomPeers, roomPeers, rtcOf } from "./peers.ts";
import type { PrivateSide, PrivateSideSetup } from "./private-side.ts";
import { errorOf, type Reason, reasonOf } from "./reason.ts";
import type { SeatNotebook } from "./seat-note.ts";

/** What a room is put together from; the SDK without media leaves that out, and tests give others. */
export interface RoomParts {
  readonly createLink: CreateLink;
  readonly createChannelHub: () => ChannelHub;
  readonly createMediaHub?: CreateMediaHub;
  /** What this browser can do with media. */
  readonly capabilities?: () => string[];
  readonly createFilesHub?: CreateFilesHub;
  readonly certificates?: Certificates;
}

/** What a page brings along to the door. */
export interface Entrance {
  readonly introduction: Introduction;
  readonly membership: Membership | undefined;
  /** Private rooms only, and loaded with them. */
  readonly privateSide: ((setup: PrivateSideSetup) => PrivateSide) | undefined;
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

/** What the room's other half has of it: see `further.ts`. */
export interface Inside {
  readonly setup: RoomSetup;
  readonly session: SessionDriver;
  readonly own: Own;
  readonly peers: RoomPeers;
  readonly view: Room;
  readonly waiting: Map<PeerId, WaitingPerson>;
  readonly privately: PrivateSide | undefined;
  readonly emit: <K extends keyof RoomEvents>(event: K, ...args: RoomEvents[K]) => void;
  readonly log: EventLog["add"];
  readonly failed: (error: unknown) => void;
  readonly setState: (next: RoomState, reason?: Reason) => void;
  /** This page's part in the room, or the room, is another. */
  readonly refresh: (info?: RoomInfo) => void;
}

const asks = ["set", "mute", "remove", "handOver", "end", "admit", "deny"] as const;

/** Goes in; resolves with the room once this page has its seat, rejects with why it gets none. */
export function enterRoom(setup: RoomSetup): Promise<Room> {
  const { address, options, parts, notebook } = setup;
  const { on, emit } = eventSource<RoomEvents>();
  const log = eventLog();
  const hub = parts.createChannelHub();
  const media =
    options.media === false
      ? undefined
      : parts.createMediaHub?.({ hub, emit, log: log.add, publish: options.publish ?? [] });
  const opening = deferred<Room>();
  const joinedAt = Date.now();
  const { introduction, membership } = setup;
  const isPrivate = membership !== undefined;
  // Who we are is known from the first welcome on, and nobody holds the room or has a link before.
  const own: Own = { me: {} as RosterEntry, membership, iceServers: [], rtc: options.rtc ?? {} };

  const ready = connectionMaker(rtcOf(own), (connection) => {
    hub.prepare(connection);
    media?.prepare(connection);
  });
  const peers = roomPeers({
    createLink: parts.createLink,
    createConnection: ready.create,
    hub,
    media,
    own,
    signalTo: (number, payload) => session.signalTo(number, payload),
    onDoubt: () => session.put({ type: "wake" }),
    isHeard: () => view.state === "live",
    onLink: (peer) => emit("link", peer),
    log: log.add,
  });

  const failed = (error: unknown): void => log.add("failed", undefined, String(error));
  const setState = (next: RoomState, reason?: Reason): void => {
    if (next === view.state) return;
    view.state = next;
    log.add(`room-${next}`, undefined, reason?.code);
    emit("state", next, reason);
  };
  const recorder = async () => (await beside()).begin(inside);
  const waiting = new Map<PeerId, WaitingPerson>();
  let further: Promise<RoomFurther> | undefined;
  const theRest = () => {
    further ??= rest().then(
      ({ roomFurther }) =>
        roomFurther({
          setup,
          session,
          own,
          peers,
          view,
          waiting,
          privately,
          emit,
          log: log.add,
          failed,
          setState,
          refresh,
        }),
      (error) => {
        further = undefined;
        throw error;
      },
    );
    return further;
  };
  /** Without `isTheirs` it matters only to what is there already. */
  const tell = (effect: RoomEffect, isTheirs?: unknown): void => {
    if (isTheirs || further)
      theRest()
        .then(({ take }) => take(effect))
        .catch(failed);
  };
  let info = {} as RoomInfo;
  let known = "";
  /** What the room is, and what this page is in it, as the server said last. */
  const refresh = (next = info): void => {
    info = next;
    const { locked, knock, ...facts } = info;
    const { id, role, name = "", country } = own.me;
    const self = { id, role, name: own.membership?.name ?? name, ...(country && { country }) };
    Object.assign(view, { title: undefined, ...facts, self, isLocked: locked, isKnocking: knock });
    const before = known;
    known = JSON.stringify([info, self]);
    if (before && before !== known) emit("room");
  };
  const notice = (event: string, text: string, name?: string, at = Date.now()): void =>
    emit("notice", { event, text, at, ...(name !== undefined && { name }) });
  const show = (message: SaidEvent, isLive = true): void => {
    // A private message is in no log: said again after a lost connection, it may come again.
    const isSame = ({ id, from }: SaidEvent): boolean => id === message.id && from.id === message.from.id;
    if (message.to && view.messages.some(isSame)) return;
    view.messages = placed(view.messages, message, isLive, limits.historyMessages);
    emit("said", message);
  };

  const privately = setup.privateSide?.({
    room: address.name,
    hub,
    own,
    peers,
    notebook,
    joinedAt,
    show,
    notice,
    log: log.add,
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
    privately?.joined(peer.name);
  };
  const unseat = (id: string, reason: string): void => {
    const peer = peers.remove(id, reason);
    if (peer === undefined) return;
    emit("peer-left", peer, reason);
    privately?.left(peer.name, reason);
  };

  const handle = async (effect: RoomEffect, card: Promise<Card | undefined> | undefined): Promise<void> => {
    switch (effect.type) {
      case "welcome": {
        const { welcome, isNewSeat } = effect;
        own.iceServers = welcome.iceServers;
        own.me = welcome.you;
        refresh(welcome.room);
        own.isHeld ??= welcome.peers.length >= linkedMost || view.topology !== "mesh";
        tell(effect, welcome.waiting);
        notebook.write({ token: welcome.token });
        if (isNewSeat) peers.disconnectAll("seat");
        break;
      }
      case "joined":
      case "changed":
        seat(effect.peer, await card, effect.type === "changed" || effect.isNew);
        break;
      case "left":
        unseat(effect.id, effect.reason);
        break;
      case "live":
        peers.connectAll();
        // Whoever comes later makes the offer.
        ready.close();
        setState("live");
        tell(effect);
        break;
      case "said": {
        const { entry, isHistory } = effect;
        const { id, from, name, country, text, at } = entry;
        const author = { id: from, name, ...(country && { country }) };
        const to = "to" in entry && { to: entry.to };
        show({ id, text, at, from: author, isOwn: from === own.me.id, isHistory, ...to });
        break;
      }
      case "notice":
        notice(effect.event, effect.text, effect.name, effect.at);
        break;
      case "ended":
        end(reasonOf(effect.refusal));
        break;
      default:
        await (await theRest()).take(effect);
    }
  };

  const end = (reason: Reason): void => {
    const error = errorOf(reason);
    if (view.state !== "joining") notebook.forgetToken();
    further?.then(({ end }) => end(error), failed);
    media?.close();
    ready.close();
    for (const id of [...peers.peers.keys()]) peers.remove(id, reason.code);
    setState("left", reason);
    opening.reject(options.signal?.aborted ? parlourError("aborted") : error);
  };

  /** Everything from the server passes here one after the other: opening a card takes a moment, and order matters. */
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (task: () => Promise<void> | void): void => {
    queue = queue.then(task).catch(failed);
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
      const greeting = first.welcome.greeting ?? privately?.greeting();
      if (greeting) notice("welcome", greeting, view.self.name);
      await each(isLine);
      // While the server is there: a browser may never ask again for what it could not load once.
      recorder().catch((error) => {
        // Then there is a link to everyone.
        own.isHeld = false;
        peers.connectAll();
        failed(error);
      });
    });
    enqueue(() => privately?.took(effects));
  };

  const session = startSessionDriver({
    open: setup.openSocket,
    introduction,
    token: notebook.note.token,
    onEffects: receive,
    onSignal: (number, payload) =>
      enqueue(() => (number ? peers.receive(number, payload) : media?.receive(payload))),
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
    waiting,
    host: Object.fromEntries(
      asks.map((ask) => [ask, async (...what: never) => (await theRest()).ask(ask, what)]),
    ) as unknown as RoomHost,
    on,
    say: async (text, { to } = {}) => (await theRest()).say(text, to),
    async publish(stream, publication) {
      if (media && view.state !== "left") return media.publish(stream, publication);
      throw parlourError("bad-request", { detail: "This room has no media." });
    },
    channel(name, { delivery = "ordered", opensLink } = {}) {
      if (name.startsWith("parlour:"))
        throw parlourError("bad-request", { detail: "Names with parlour: are taken." });
      return hub.channel(name, delivery, opensLink);
    },
    inspect: async () => (await recorder()).inspect(),
    simulate: (fault) => enqueue(async () => (await beside()).simulate(fault, peers, own, session)),
    async leave() {
      leave();
      await queue;
    },
  } satisfies Partial<Mutable<Room>> as Partial<Mutable<Room>> as Mutable<Room>;
  const inside = { address, hub, own, peers, on, emit, log, view, session };
  parts.createFilesHub?.(inside);
  media?.begin(inside);
  return opening.promise;
}
