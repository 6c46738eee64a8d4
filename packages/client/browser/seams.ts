import type { Epoch, IceServer, PeerId } from "@parlour/protocol";
import type { Observed } from "../core/inspect/observed.ts";
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
import type { Named } from "./channels/hub.ts";
import type { Page } from "./channels/page.ts";
import type { Offer, RoomFiles } from "./files/api.ts";
import type { Inside } from "./media/reports.ts";
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
  /** What it was made with. */
  readonly madeWith: LinkSetup;
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
  /** Sees everything that the link is told and does, and the connection at that time. */
  readonly onStep?: (what: Observed, connection?: RTCPeerConnection) => void;
  /** How connections are made; tests give another. */
  readonly createConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
}
/** `browser/link/` exports `createLink: CreateLink`. */
export type CreateLink = (setup: LinkSetup) => LinkDriver;

/** All channels of a room. `browser/channels/` exports `createChannelHub(): ChannelHub`. */
export interface ChannelHub {
  /** Names that start with `parlour:` are ours; the room refuses them from embedders. */
  channel(name: string, delivery: Delivery, opensLink?: boolean): Channel;
  /** A page to exchange messages with; the part goes into its link. */
  add(peer: Peer): LinkPart;
  /** Makes on a connection what a first offer will have, before anyone knows whom it is for. Its part takes it over. */
  prepare(connection: RTCPeerConnection): void;
  /** That page is gone (left, or another epoch took its place): what it has not acknowledged rejects with `undelivered`. */
  remove(id: PeerId): void;
  /** Fires each time the channels to a peer are open (again). */
  on(event: "open", listener: (peer: Peer) => void): () => void;
  /** Says so of a peer whose messages go another way than by link. */
  emit(event: "open", peer: Peer): void;
  /** Its insides, for what carries messages to pages without a link (`browser/demand`): channels by name, and pages, which it may put others in place of. */
  readonly channelsByName: ReadonlyMap<string, Named>;
  readonly pagesById: Map<PeerId, Page>;
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
  /** What media need of their room, once there is one; before it goes in. */
  begin(inside: Inside): void;
  /** What the room's media engine said: a signal from seat 0. */
  receive(payload: Uint8Array): void;
}
export type CreateMediaHub = (setup: {
  readonly hub: ChannelHub;
  readonly emit: (event: "media" | "media-ended", media: RemoteMedia) => void;
  readonly log: (event: string, peer: PeerId | undefined, detail: string) => void;
  /** Published at once, so that it is part of the first offers. */
  readonly publish: NonNullable<JoinOptions["publish"]>;
}) => MediaHub;

/**
 * Seals frames before they leave this page and opens those that come, in rooms whose media passes somebody else's hands. Got by
 * `await own.sealing?.()` (undefined: a public room, and frames go as they are; rejects when it can't be had: then send nothing).
 * Ask for it before the connection is made, because both calls have to come in the same turn in which a sender or receiver is made: a
 * transform that is set after the first description is ignored by Chromium, and media would leave in clear.
 */
export interface FrameSealing {
  /**
   * For each sender, as soon as `addTransceiver` gave it. Nothing leaves it before `carry` said what it is and keys are there.
   * VP8, VP9 and Opus can be sealed; frames of other codecs are dropped, so put those first.
   */
  seal(
    sender: RTCRtpSender,
    kind: "audio" | "video",
  ): {
    /** What is sent here from now on; null: nothing. A sender may be used for another source later. */
    carry(source: Source | null): void;
  };
  /** For each receiver, as soon as it is there. */
  open(
    receiver: RTCRtpReceiver,
    kind: "audio" | "video",
  ): {
    /**
     * Whose frames this page shows there from now on; null: nobody's. Others' are dropped: what a forwarder says is in a place
     * decides what is looked for, and the frames themselves prove whose they are. `onStuck`: pictures came that could not be
     * opened (a key that was late), and a whole one is needed: `refresh`. It comes at most every 500 ms while that lasts.
     */
    expect(from: { readonly peer: PeerId; readonly source: Source } | null, onStuck?: () => void): void;
  };
  /** The driver is taken down: no new key is made for leavers until `seal` is called again. */
  close(): void;
}
/** `browser/sealing/capable.ts`: whether this browser can seal frames, for `sealed-frames` in `hello`. Costs nothing to ask. */
export type CanSealFrames = () => boolean;

/**
 * Small messages to a page of this room without a link to it: sealed in private rooms, each delivered once and in order while both
 * pages live, repeated over reconnections. `room/private-side.ts` has it, in private rooms.
 */
export interface Post {
  /** Resolves when that page has it. Rejects with `undelivered` (it is gone), `too-large` or `too-many`. */
  send(to: PeerId, topic: string, bytes: Uint8Array): Promise<void>;
  /** What comes before anyone listens to a topic is kept, within bounds. One listener per topic. */
  on(topic: string, listener: (from: PeerId, bytes: Uint8Array<ArrayBuffer>) => void): () => void;
}

/** What pages of a private room have of each other without a link. */
export interface Unlinked {
  readonly post: Post;
  sealing(): Promise<FrameSealing>;
}

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
