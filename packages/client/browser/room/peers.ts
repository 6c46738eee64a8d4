import type { IceServer, PeerId, RosterEntry } from "@parlour/protocol";
import type { JsonValue, Link, Peer, RemoteMedia, Source } from "../api.ts";
import type { Card } from "../private/index.ts";
import { plainSealer } from "../private/plain-sealer.ts";
import type { ChannelHub, CreateLink, LinkDriver, MediaHub, PageAddress } from "../seams.ts";
import type { Membership } from "./membership.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One seat that is shown: what is known of it, and the link to its page. */
interface Seat {
  entry: RosterEntry;
  card: Card | undefined;
  readonly peer: Mutable<Peer>;
  driver: LinkDriver | undefined;
}

export interface PeersSetup {
  readonly createLink: CreateLink;
  readonly hub: ChannelHub;
  readonly media: MediaHub | undefined;
  readonly own: () => PageAddress;
  readonly membership: () => Membership | undefined;
  readonly iceServers: () => readonly IceServer[];
  readonly rtc: () => RTCConfiguration;
  readonly signal: (number: number, payload: Uint8Array) => boolean;
  readonly onLink: (peer: Peer) => void;
  readonly log: (event: string, peer: PeerId, detail?: JsonValue) => void;
}

const noMedia: ReadonlyMap<Source, RemoteMedia> = new Map();

/** Everyone else in the room, and the links to them. */
export function roomPeers(setup: PeersSetup) {
  const { hub, media } = setup;
  const seats = new Map<PeerId, Seat>();
  const peers = new Map<PeerId, Peer>();

  /** Begins a link to the seat's present page, unless there is one or the page is gone. */
  const connect = (seat: Seat): void => {
    const { entry, card, peer } = seat;
    if (seat.driver !== undefined || entry.presence === "away") return;
    const own = setup.own();
    const channels = hub.add(peer);
    const tracks = media?.add(peer);
    const driver = setup.createLink({
      isPolite: own.number < entry.number,
      makesFirstOffer: own.number > entry.number,
      pages: { own: own.epoch, other: entry.epoch },
      get iceServers() {
        return setup.iceServers();
      },
      get rtc() {
        return setup.rtc();
      },
      sealer: (card && setup.membership()?.sealer(own, entry, card)) ?? plainSealer,
      ...(card && { remoteFingerprint: card.fingerprint }),
      send: (payload) => setup.signal(entry.number, payload),
      parts: tracks ? { channels, media: tracks } : { channels },
    });
    seat.driver = driver;
    driver.on("change", () => setup.onLink(peer));
    driver.on("log", (event, detail) => setup.log(event, peer.id, detail));
  };
  const disconnect = (seat: Seat, reason: string): void => {
    if (seat.driver === undefined) return;
    seat.driver.close(reason);
    seat.driver = undefined;
    hub.remove(seat.entry.id);
    media?.remove(seat.entry.id);
  };

  const facts = ({ id, role, presence, name, country }: RosterEntry, card: Card | undefined) => ({
    id,
    role,
    presence,
    name: card?.name ?? name ?? "",
    ...(country && { country }),
  });

  return {
    peers: peers as ReadonlyMap<PeerId, Peer>,
    has: (id: PeerId) => seats.has(id),

    add(entry: RosterEntry, card: Card | undefined): Peer {
      let seat: Seat;
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
          return media?.of(entry.id) ?? noMedia;
        },
        verificationCode: async () => seat.card && setup.membership()?.code(entry.id, seat.card),
      };
      seat = { entry, card, peer, driver: undefined };
      seats.set(entry.id, seat);
      peers.set(entry.id, peer);
      connect(seat);
      return peer;
    },

    change(entry: RosterEntry, card: Card | undefined): Peer | undefined {
      const seat = seats.get(entry.id);
      if (seat === undefined) return undefined;
      const { epoch, presence } = seat.entry;
      if (entry.epoch !== epoch) disconnect(seat, "page");
      Object.assign(seat, { entry, card });
      Object.assign(seat.peer, facts(entry, card));
      if (presence !== "away" && entry.presence === "away") media?.hide(entry.id);
      if (entry.presence === "here" && presence !== "here") {
        media?.show(entry.id);
        seat.driver?.resync();
      }
      connect(seat);
      return seat.peer;
    },

    remove(id: PeerId, reason: string): Peer | undefined {
      const seat = seats.get(id);
      if (seat === undefined) return undefined;
      disconnect(seat, reason);
      seats.delete(id);
      peers.delete(id);
      return seat.peer;
    },

    receive(number: number, payload: Uint8Array): void {
      for (const { entry, driver } of seats.values()) if (entry.number === number) driver?.receive(payload);
    },

    each(use: (driver: LinkDriver, peer: Peer) => void): void {
      for (const { driver, peer } of seats.values()) if (driver !== undefined) use(driver, peer);
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
