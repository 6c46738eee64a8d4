import type { IceServer, PeerId, RosterEntry } from "@parlour/protocol";
import type { Link, Peer } from "../api.ts";
import type { Card } from "../private/index.ts";
import type { ChannelHub, CreateLink, FrameSealing, LinkDriver, MediaHub, Post } from "../seams.ts";
import type { EventLog } from "./inspection.ts";
import type { Membership } from "./membership.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One seat that is shown: what is known of it, and the link to its page. */
interface Seat {
  entry: RosterEntry;
  card: Card | undefined;
  readonly peer: Mutable<Peer>;
  driver: LinkDriver | undefined;
}

/** What this page brings to each of its links, as it is now. */
export interface Own {
  me: RosterEntry;
  membership: Membership | undefined;
  iceServers: readonly IceServer[];
  rtc: RTCConfiguration;
  /** True while links don't begin by themselves: in a room where they may open on demand, until it is known how. */
  isHeld?: boolean;
  /** How links are made in a room where they open on demand. */
  createLink?: CreateLink;
  /** Private rooms only; loaded when first asked for. */
  sealing?: () => Promise<FrameSealing>;
  /** The same for what goes by post. */
  unlinked?: () => Promise<{ readonly post: Post }>;
  /** Media that should come over a forwarder, or another page, don't come at all: they are needed by link. */
  lacksMedia?: boolean;
  /** Media go by that link, or are to, for as long as this is so. */
  needsLink?: (id: PeerId) => boolean;
  /** What the two before this say may be another now. */
  onNeeds?: () => void;
  /** Hears every signal of a seat's page, besides its link. */
  onSignal?: (from: PeerId, payload: Uint8Array) => void;
}

export interface PeersSetup {
  readonly createLink: CreateLink;
  /** `isOffering`: for a first offer, of channels and of media where this page has any. */
  readonly createConnection: (configuration: RTCConfiguration, isOffering: boolean) => RTCPeerConnection;
  readonly hub: ChannelHub;
  readonly media: MediaHub | undefined;
  readonly own: Readonly<Own>;
  readonly signalTo: (number: number, payload: Uint8Array) => boolean;
  readonly isHeard: () => boolean;
  /** A connection was lost, or nothing comes over it: it may be this page's network. */
  readonly onDoubt: () => void;
  readonly onLink: (peer: Peer) => void;
  readonly log: EventLog["add"];
}

/** What every connection of this page is made with: in a private room, the certificate that its card names. */
export const rtcOf = ({ rtc, membership }: Readonly<Own>): RTCConfiguration =>
  membership ? { ...rtc, certificates: [membership.identity.certificate] } : rtc;

/** Said in `hello` by a page that neither sends nor takes media: nobody offers it any. */
export const noMedia = "no-media";

/** Everyone else in the room, and the links to them. */
export function roomPeers({
  createLink,
  createConnection,
  hub,
  media,
  own,
  signalTo,
  isHeard,
  onDoubt,
  onLink,
  log,
}: PeersSetup) {
  const seats = new Map<PeerId, Seat>();
  const peers = new Map<PeerId, Peer>();

  /** Begins a link to the seat's present page, unless there is one or the page is gone. */
  const connect = (seat: Seat): void => {
    const { entry, card, peer } = seat;
    if (seat.driver || entry.presence === "away" || own.isHeld) return;
    const { me, membership } = own;
    const isNewcomer = me.number > entry.number;
    const tracks = entry.capabilities?.includes(noMedia) ? undefined : media?.add(peer);
    const driver = (own.createLink ?? createLink)({
      isPolite: !isNewcomer,
      makesFirstOffer: isNewcomer,
      pages: { own: me.epoch, other: entry.epoch },
      get iceServers() {
        return own.iceServers;
      },
      get rtc() {
        return rtcOf(own);
      },
      createConnection: (configuration) =>
        createConnection(configuration, isNewcomer && (!media || tracks !== undefined)),
      ...(card &&
        membership && { sealer: membership.sealer(me, entry, card), isTheirs: membership.isTheirs(card) }),
      send: (payload) => signalTo(entry.number, payload),
      situation: () => ({ isSignaling: isHeard(), presence: seat.entry.presence }),
      parts: { channels: hub.add(peer), ...(tracks && { media: tracks }) },
      onStep: (what, connection) => log(what, peer.id, connection),
    });
    seat.driver = driver;
    driver.on("change", () => onLink(peer));
    driver.on("log", (event, detail) => {
      log(event, peer.id, detail);
      if (detail === "disconnected") onDoubt();
    });
  };
  const disconnect = (seat: Seat, reason: string): void => {
    if (!seat.driver) return;
    seat.driver.close(reason);
    seat.driver = undefined;
    hub.remove(seat.entry.id);
    media?.remove(seat.entry.id);
  };

  const facts = ({ id, role, presence, name = "", country }: RosterEntry, card: Card | undefined) => ({
    id,
    role,
    presence,
    name: card?.name ?? name,
    ...(country && { country }),
  });

  return {
    createLink,
    signalTo,
    peers: peers as ReadonlyMap<PeerId, Peer>,
    seatsById: seats as ReadonlyMap<PeerId, Seat>,

    add(entry: RosterEntry, card: Card | undefined): Peer {
      const link: { [K in keyof Link]: Link[K] | undefined } = {
        get state() {
          return seat.driver?.state ?? "connecting";
        },
        get path() {
          return seat.driver?.path;
        },
        get rttMs() {
          return seat.driver?.rttMs;
        },
        get diagnosis() {
          return seat.driver?.diagnosis;
        },
        get connection() {
          return seat.driver?.connection;
        },
      };
      const peer: Peer = {
        ...facts(entry, card),
        link: link as Link,
        get media() {
          return media?.of(entry.id) ?? new Map();
        },
        verificationCode: async () => seat.card && own.membership?.code(entry.id, seat.card),
      };
      const seat: Seat = { entry, card, peer, driver: undefined };
      seats.set(entry.id, seat);
      peers.set(entry.id, peer);
      connect(seat);
      return peer;
    },

    /** Undefined when there is none with that seat. */
    change(entry: RosterEntry, card: Card | undefined): Peer | undefined {
      const seat = seats.get(entry.id);
      if (!seat) return;
      const { epoch, presence } = seat.entry;
      if (entry.epoch !== epoch) disconnect(seat, "page");
      Object.assign(seat.peer, facts(entry, card));
      Object.assign(seat, { entry, card });
      if (presence !== entry.presence) {
        if (entry.presence === "away") media?.hide(entry.id);
        if (entry.presence === "here") {
          media?.show(entry.id);
          seat.driver?.resync();
        }
      }
      connect(seat);
      return seat.peer;
    },

    remove(id: PeerId, reason: string): Peer | undefined {
      const seat = seats.get(id);
      if (!seat) return;
      disconnect(seat, reason);
      peers.delete(id);
      seats.delete(id);
      return seat.peer;
    },

    receive(number: number, payload: Uint8Array): void {
      for (const { entry, driver } of seats.values())
        if (entry.number === number) {
          driver?.receive(payload);
          own.onSignal?.(entry.id, payload);
        }
    },

    /** Those with a link. */
    linked(): { readonly driver: LinkDriver; readonly peer: Peer }[] {
      return [...seats.values()].filter((seat) => seat.driver) as (Seat & { driver: LinkDriver })[];
    },
    /** This page has another seat, so nobody has a link to it any more. */
    disconnectAll(reason: string): void {
      for (const seat of seats.values()) disconnect(seat, reason);
    },
    connectAll(): void {
      for (const seat of seats.values()) connect(seat);
    },
  };
}
export type RoomPeers = ReturnType<typeof roomPeers>;
