import type { Epoch, IceServer, PeerId } from "@parlour/protocol";
import type {
  Channel,
  Delivery,
  JoinOptions,
  JsonValue,
  Link,
  Peer,
  Publication,
  RemoteMedia,
  Room,
  Source,
} from "./api.ts";
import type { Offer, RoomFiles } from "./files/api.ts";
import type { Membership } from "./room/membership.ts";

/** The inner seams of the SDK: what its parts know of each other. Not exported to embedders. */

/** Seals what the server passes on between two pages. Public rooms have none. */
export interface Sealer {
  /** `binding` is authenticated along with the bytes, besides room, sender, receiver and both epochs, which the sealer adds itself. */
  seal(plain: Uint8Array, binding: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Undefined when it was altered, moved, replayed from another page, or not meant for us. */
  open(sealed: Uint8Array, binding: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Something that rides on a link: data channels, media. It outlives the connection and is told of each new one.
 * Calls come in the order attach, (beforeAnswer | describe | described)*, detach, attach, …
 */
export interface LinkPart {
  /** A new connection, before anything is negotiated on it: create channels and transceivers here. */
  attach(connection: RTCPeerConnection, role: "offerer" | "answerer" | "either"): void;
  /** A remote offer is set and the answer not yet made: fill the transceivers it brought. */
  beforeAnswer?(connection: RTCPeerConnection): void;
  /** Goes along with each description we send, under this part's key. */
  describe?(connection: RTCPeerConnection): JsonValue;
  /** What the other side's part sent along with the description that was just set. */
  described?(value: JsonValue, connection: RTCPeerConnection): void;
  detach(): void;
}

/** The page's side of one link, as the room drives it. `on("change")` fires when anything in `Link` is another now. */
export interface LinkDriver extends Link {
  /** A signal from the other side's page, as it came from the server. */
  receive(payload: Uint8Array): void;
  /** Our signaling, or the other seat's, is back: what is not acknowledged goes again. */
  resync(): void;
  /** Starts ICE again under the same connection. */
  restart(reason: string): void;
  /** For `simulate("link-lost")` and the last rung of recovery: a new connection under the same link. */
  rebuild(reason: string): void;
  /** Closed for good: tells nobody, detaches the parts. */
  close(reason: string): void;
  on(event: "change", listener: () => void): () => void;
  on(event: "log", listener: (event: string, detail?: JsonValue) => void): () => void;
}

export interface LinkSetup {
  /** The W3C's perfect negotiation; newcomers are impolite towards everyone already there. */
  readonly isPolite: boolean;
  /** The newcomer makes the first offer. */
  readonly makesFirstOffer: boolean;
  readonly iceServers: readonly IceServer[];
  readonly rtc: RTCConfiguration;
  /** Undefined in public rooms. */
  readonly sealer?: Sealer | undefined;
  /** Hands bytes to the session; false when signaling is away (they go again on `resync`). */
  send(payload: Uint8Array): boolean;
  /** Both pages' epochs: signals meant for another page of either seat are dropped. Leave out only where seats have one page. */
  readonly pages?: { readonly own: Epoch; readonly other: Epoch };
  /** Private rooms: whether a description is of a connection that the other seat signed for. */
  readonly isTheirs?: (sdp: string) => boolean;
  readonly parts: Readonly<Record<string, LinkPart>>;
  /** What else bears on the link: whether this page reaches the server, and what that says of the other page. */
  readonly situation?: () => { readonly isSignaling: boolean; readonly presence: Peer["presence"] };
  /** How connections are made; tests give another. */
  readonly createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
}
/** `browser/link/` exports `createLink: CreateLink`. */
export type CreateLink = (setup: LinkSetup) => LinkDriver;

/** All channels of a room. `browser/channels/` exports `createChannelHub(): ChannelHub`. */
export interface ChannelHub {
  /** Names that start with `parlour:` are ours; the room refuses them from embedders. */
  channel(name: string, delivery: Delivery): Channel;
  /** A page to exchange messages with; the part goes into its link. */
  add(peer: Peer): LinkPart;
  /** Makes on a connection what a first offer will have, before anyone knows whom it is for. Its part takes it over. */
  prepare(connection: RTCPeerConnection): void;
  /** That page is gone (left, or another epoch took its place): what it has not acknowledged rejects with `undelivered`. */
  remove(id: PeerId): void;
  /** Fires each time the channels to a peer are open (again). */
  on(event: "open", listener: (peer: Peer) => void): () => void;
}

/** All media of a room, as the room drives it: `browser/room/media-hub.ts` makes it from `browser/media/`. */
export interface MediaHub {
  publish(stream: MediaStream, options: { readonly source: Source }): Promise<Publication>;
  readonly publications: ReadonlyMap<Source, Publication>;
  /** A page to exchange media with; the part goes into its link under the key `media`. */
  add(peer: Peer): LinkPart;
  /** As the channels' `prepare`. */
  prepare(connection: RTCPeerConnection): void;
  /** That page is gone (left, or another epoch took its place): its media has ended. */
  remove(id: PeerId): void;
  /** That page said that it was going: its media ends at once, whatever the link still delivers; `show`: it came back after all. */
  hide(id: PeerId): void;
  show(id: PeerId): void;
  /** What this peer publishes now. */
  of(id: PeerId): ReadonlyMap<Source, RemoteMedia>;
  /** The room is left: everything is unpublished, and no track is stopped. */
  close(): void;
}
export type CreateMediaHub = (setup: {
  readonly hub: ChannelHub;
  readonly emit: (event: "media" | "media-ended", media: RemoteMedia) => void;
  readonly log: (event: string, peer: PeerId | undefined, detail: string) => void;
  /** Published at once, so that it is part of the first offers. */
  readonly publish: NonNullable<JoinOptions["publish"]>;
}) => MediaHub;

/** What files need of their room. */
export interface FilesSetup {
  /** Offers are signed for the room's name. */
  readonly address: { readonly name: string };
  readonly hub: ChannelHub;
  readonly own: { readonly me: { readonly id: PeerId }; readonly membership: Membership | undefined };
  readonly on: Room["on"];
  readonly emit: (event: "offer", offer: Offer) => void;
  readonly log: { add(event: string, peer?: PeerId, detail?: JsonValue): void };
  /** Gets its `files`. */
  readonly view: { files: RoomFiles };
}
/** All files of a room, which ride along with its channels: `browser/files/files-hub.ts`. */
export type CreateFilesHub = (setup: FilesSetup) => void;

/** One page of one seat, as the signaling session knows it. */
export interface PageAddress {
  readonly id: PeerId;
  readonly number: number;
  readonly epoch: Epoch;
}
