import type { PeerId, RoomInfo, RosterEntry } from "@parlour/protocol";
import {
  demand as advance,
  type DemandEffect,
  type DemandInput,
  isPending,
  isSparing,
  noDemand,
  placesIn,
} from "../../core/demand/demand.ts";
import type { JsonValue, Peer, Room, RoomEvents } from "../api.ts";
import { loaded } from "../later.ts";
import { pageTime, type Timekeeper } from "../link/timekeeper.ts";
import type { Own, RoomPeers } from "../room/peers.ts";
import type { ChannelHub, LinkDriver, LinkSetup, Post } from "../seams.ts";
import { type LazyLink, lazyLink } from "./lazy-link.ts";
import { lettersTopic, type PageMail, pageMail } from "./page-mail.ts";
import { trafficOf } from "./traffic.ts";
import { decodeWord, encodeWord } from "./words.ts";

/** What links on demand need of their room. */
export interface DemandSetup {
  readonly address: { readonly name: string };
  readonly own: Own;
  readonly peers: RoomPeers;
  readonly hub: ChannelHub;
  readonly view: Pick<Room, "topology" | "peers" | "state"> &
    Pick<RoomInfo, "plan"> &
    Partial<Pick<Room, "files">>;
  readonly on: Room["on"];
  readonly emit: <K extends keyof RoomEvents>(event: K, ...args: RoomEvents[K]) => void;
  readonly log: { add(event: string, peer?: PeerId, detail?: JsonValue): void };
  readonly session: { put(input: { readonly type: "wake" }): void };
  readonly clock?: Timekeeper;
  /** In [0, n): whom to ask what was said before this page came. */
  readonly chance?: (n: number) => number;
}

/** Said in `hello`: this page does all of this. */
export const linksOnDemandCapability = "resting";
const wordsTopic = "link";

/** How often it is looked at what is due, and every how many times at what went over links. */
const tickMs = 1_000;
const ticksPerSample = 3;
/** What could not be posted is posted again. */
const againMs = 2_000;
/** What holds a link for so long is told in the log. */
const heldMs = 30_000;
/** Of so many a newcomer hears what was said before, one after the other; whoever comes back, of one. */
const askedMost = 3;
const askEveryMs = 2_000;
/** Whoever tells what they have is told the same, so often at most. */
const tellEveryMs = 60_000;

/** One other page that does all of this. */
interface Other {
  readonly seat: { readonly peer: Peer };
  readonly lazy: LazyLink;
  readonly mail: PageMail;
  isHeld: boolean;
  /** When what holds it is told in the log, if it does for so long. */
  tellAt: number;
  seen: readonly [connection: RTCPeerConnection | undefined, traffic: number];
  toldAt: number;
}

const random = (n: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] as number) % n;

/** Has the links of a large room open on demand, from when the post is there. Rejects when that can't be had: then there is a link to everyone. */
export async function linksOnDemand(setup: DemandSetup): Promise<void> {
  const { own, peers, hub, view, on, emit, log, clock = pageTime, chance = random } = setup;
  const make = peers.createLink;
  const others = new Map<PeerId, Other>();
  let state = noDemand;
  let timer: (() => void) | undefined;
  let ticks = 0;

  // --- the post

  const publicPost = async (): Promise<Post> => {
    const { unlinked } = await loaded(() => import("../post/unlinked.ts"));
    const { post } = unlinked({
      room: setup.address.name,
      own,
      seats: peers.seatsById,
      signal: peers.signalTo,
      log: log.add,
      timekeeper: clock,
    });
    own.onSignal = (from, payload) => post.receive(from, payload);
    let { number } = own.me;
    on("peer-left", post.seatsChanged);
    on("peer-changed", ({ id, presence }) => {
      post.seatsChanged();
      if (presence === "here") post.resync(id);
    });
    on("state", (now) => {
      if (now === "left" || (now === "live" && own.me.number !== number)) post.close();
      if (now === "live") post.resync();
      number = own.me.number;
    });
    return post;
  };
  const post = own.unlinked ? (await own.unlinked()).post : await publicPost();

  // --- the machine

  const inputs: DemandInput[] = [];
  let isTaking = false;
  const feed = (input: DemandInput): void => {
    inputs.push(input);
    if (isTaking) return;
    isTaking = true;
    for (let next = inputs.shift(); next; next = inputs.shift()) {
      const step = advance(state, next, clock.now());
      state = step.demand;
      for (const effect of step.effects) perform(effect);
    }
    isTaking = false;
    if (!timer && (state.isSparing || isPending(state))) timer = clock.after(tickMs, tick);
  };
  const perform = (effect: DemandEffect): void => {
    const { peer } = effect;
    const other = others.get(peer);
    if (!other) return;
    const { lazy } = other;
    if (effect.type === "open") lazy.open(effect.number);
    else if (effect.type === "close") lazy.rest();
    else if (effect.type === "pause") lazy.pause(effect.is);
    else {
      const bytes = encodeWord(effect.word);
      const say = (): void => {
        const again = (): unknown => others.get(peer) === other && clock.after(againMs, say);
        post.send(peer, wordsTopic, bytes).catch(again);
      };
      say();
    }
  };
  const holdAll = (): void => {
    for (const [id, other] of others) hold(id, other);
  };
  own.onNeeds = holdAll;
  const tick = (): void => {
    timer = undefined;
    if (view.state === "left") return;
    holdAll();
    if (++ticks % ticksPerSample === 0) for (const [id, other] of others) void sample(id, other);
    feed({ type: "time" });
  };

  // --- what needs a link

  const isGiving = (id: PeerId): boolean =>
    view.files?.givings.some(({ takers }) => takers.get(id)?.state === "taking") === true;
  const hold = (id: PeerId, other: Other): void => {
    const by = own.lacksMedia
      ? "forwarder"
      : own.needsLink?.(id)
        ? "media"
        : (other.mail.holding ?? (isGiving(id) && "file"));
    const is = !!by;
    if (is && clock.now() >= other.tellAt) {
      log.add("link-held", id, by);
      other.tellAt = Number.POSITIVE_INFINITY;
    }
    if (is === other.isHeld) return;
    other.isHeld = is;
    other.tellAt = clock.now() + heldMs;
    feed({ type: "hold", peer: id, is });
  };
  const sample = async (id: PeerId, other: Other): Promise<void> => {
    const { connection } = other.lazy;
    const traffic = connection ? await trafficOf(connection) : 0;
    const [before, known] = other.seen;
    other.seen = [connection, traffic];
    if (connection && connection === before && traffic !== known) feed({ type: "use", peer: id });
  };

  // --- whom there is

  const takesPart = ({ capabilities }: RosterEntry): boolean =>
    capabilities?.includes(linksOnDemandCapability) === true;
  const phaseOf = (id: PeerId) => state.pairs.get(id)?.phase;
  const begin = (id: PeerId, seat: Other["seat"], madeWith: LinkSetup, adopted?: LinkDriver): LinkDriver => {
    const page = hub.pagesById.get(id);
    if (!page) return adopted ?? make(madeWith);
    const mail = pageMail({
      peer: seat.peer,
      hub,
      post,
      page,
      isUp() {
        const phase = phaseOf(id);
        return phase !== undefined && "isUp" in phase && phase.isUp;
      },
      isSparing: () => state.isSparing,
      onUse: () => feed({ type: "use", peer: id }),
      onHolding: () => hold(id, other),
      onHave: () => tell(id),
      log: (event) => log.add(event, id),
    });
    const lazy = lazyLink({
      setup: madeWith,
      make,
      adopted,
      isSparing: () => state.isSparing,
      restingPath: () => (view.topology === "mesh" ? undefined : "forwarded"),
      isEnding: () => phaseOf(id)?.at === "ending",
      onPacket: (number) => feed({ type: "packet", peer: id, number }),
      onUp: () => feed({ type: "up", peer: id }),
      onClose() {
        if (others.get(id) !== other) return;
        others.delete(id);
        feed({ type: "leave", peer: id });
      },
    });
    const other: Other = {
      seat,
      lazy,
      mail,
      isHeld: false,
      tellAt: Number.POSITIVE_INFINITY,
      seen: [undefined, 0],
      toldAt: Number.NEGATIVE_INFINITY,
    };
    hub.pagesById.set(id, mail.page);
    others.set(id, other);
    const link = !adopted ? "none" : adopted.state === "connected" ? "up" : "begun";
    feed({ type: "join", peer: id, leads: madeWith.makesFirstOffer, link });
    hold(id, other);
    return lazy;
  };

  // --- what was said before

  /** As if the channels to that page had opened: both tell each other what they have. */
  const tell = (id: PeerId): void => {
    const other = others.get(id);
    if (!other || clock.now() - other.toldAt < tellEveryMs) return;
    other.toldAt = clock.now();
    hub.emit("open", other.seat.peer);
  };
  const ask = (most: number): void => {
    const here = [...others].filter(([id, { seat }]) => {
      const phase = phaseOf(id);
      // Whoever has a link tells it all by that.
      return seat.peer.presence === "here" && !(phase?.at === "open" && phase.isUp);
    });
    const chosen = here[here.length && chance(here.length)];
    if (!state.isSparing || !chosen) return;
    const [id, other] = chosen;
    other.toldAt = Number.NEGATIVE_INFINITY;
    tell(id);
    if (most > 1) clock.after(askEveryMs, () => ask(most - 1));
  };

  // --- the room

  const look = (): void => {
    const is = isSparing(state.isSparing, view.peers.size + 1);
    const places = placesIn(view.topology);
    const isAnother = is !== state.isSparing;
    if (!isAnother && places === state.places) return;
    feed({ type: "sparing", is, places });
    if (!isAnother) return;
    for (const { seat } of others.values()) emit("link", seat.peer);
  };
  on("room", look);
  on("peer", look);
  on("peer-left", look);
  on("state", (now) => {
    feed({ type: "heard", is: now === "live" });
    look();
    // After the post has met the seats as they are now.
    if (now === "live") clock.after(askEveryMs, () => ask(1));
    if (now === "left") timer?.();
  });

  const isNewcomer = own.isHeld;
  look();
  own.createLink = (madeWith) => {
    for (const [id, seat] of peers.seatsById)
      if (seat.entry.epoch === madeWith.pages?.other && takesPart(seat.entry))
        return begin(id, seat, madeWith);
    return make(madeWith);
  };
  for (const [id, seat] of peers.seatsById) {
    const { driver, entry, peer } = seat;
    if (!driver || !takesPart(entry)) continue;
    seat.driver = begin(id, seat, driver.madeWith, driver);
    seat.driver.on("change", () => emit("link", peer));
    seat.driver.on("log", (event, detail) => {
      log.add(event, id, detail);
      if (detail === "disconnected") setup.session.put({ type: "wake" });
    });
  }
  own.isHeld = false;
  peers.connectAll();
  // What was said before this page had begun is for links that it knows now.
  post.on(wordsTopic, (peer, bytes) => {
    const word = decodeWord(bytes);
    if (word) feed({ type: "said", peer, word });
    else log.add("link-word-malformed", peer);
  });
  post.on(lettersTopic, (from, piece) => others.get(from)?.mail.receive(piece));
  if (isNewcomer) ask(askedMost);
}
