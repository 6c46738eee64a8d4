import type { Code, PeerId, Role, Visibility } from "@parlour/protocol";
import type { ChannelState, Fact, ForwarderNow, SctpState, Traffic } from "../core/inspect/facts.ts";
import type { DiagnosisCode, Evidence } from "../core/link/diagnosis.ts";
import type { Offer, RoomFiles } from "./files/api.ts";

/** The public face of the SDK: everything an embedder may rely on. Implementations stay behind it. */

export type { Code, PeerId } from "@parlour/protocol";
export type { ChannelState, Fact, ForwarderNow, SctpState, Traffic } from "../core/inspect/facts.ts";
export type { DiagnosisCode, Evidence } from "../core/link/diagnosis.ts";
export type * from "./files/api.ts";

/** Thrown (or rejected with) when something asked for was refused or failed. `code` is stable, `hint` says what to try. */
export interface ParlourError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
}
/** Codes of the protocol, and those that arise in the page itself. */
export type ErrorCode =
  | Code
  /** The link has no secret although the room is private, or a secret that can't be one. */
  | "bad-link"
  /** The page is not served over HTTPS or from localhost, so the browser offers no keys, camera or microphone. */
  | "insecure-page"
  /** Some receivers' pages were gone before they had everything; `peers` on the error names them. */
  | "undelivered"
  | "aborted"
  | DirectCode;

/** What can be wrong with the texts that introduce two pages without a server, and with what comes of them. */
export type DirectCode =
  | "text-unknown"
  | "text-cut"
  | "text-damaged"
  | "text-newer"
  | "text-invitation"
  | "text-answer"
  | "text-other"
  | "text-own"
  | "text-stale"
  | "text-used"
  /** The two browsers found no way to each other. */
  | "no-way";

export interface JoinOptions {
  /** Shown to the others. A public room makes one up when it is missing. */
  readonly name?: string;
  readonly passcode?: string;
  /** From `POST /api/rooms`. */
  readonly hostToken?: string;
  /** Gives up, also while knocking. */
  readonly signal?: AbortSignal;
  /** Someone has to let you in: `joinRoom` stays pending until they do, or rejects with `denied`. */
  readonly onWaiting?: () => void;
  /** Published with the first offer, so that pictures need no second round trip. */
  readonly publish?: readonly { readonly stream: MediaStream; readonly source: Source }[];
  /** `false`: never send or receive media; links carry channels only. Default `true`. */
  readonly media?: boolean;
  /** Where seat, keys and resume token are kept, so that a reload comes back to the same seat. `"none"`: nowhere. Default `"tab"`. */
  readonly remember?: "tab" | "none";
  /** Added to the `RTCConfiguration` of every link. */
  readonly rtc?: RTCConfiguration;
}

export type Source = "camera" | "screen" | (string & {});
export type RoomState = "joining" | "live" | "recovering" | "left";
/**
 * `recovering`: it stood, and is lost, or nothing has come over it for some seconds whatever its browser says; it comes back by itself.
 * `closed` with a diagnosis: it did not, and is tried again now and then.
 * `resting`: in a room of more than eight there is no link to this peer now, and nothing is wrong: it opens by itself when something needs
 * it (a file, a message on a channel, media that have no other way), and rests again when nothing has for a while. Its `path` is `forwarded`
 * where media come over the forwarder or a page that passes them on, else undefined; chat goes over the server, sealed in private rooms.
 */
export type LinkState = "connecting" | "connected" | "recovering" | "closed" | "resting";
export type Delivery = "ordered" | "lossy" | "exactly-once";
/** `Uint8Array` and `string` arrive as they are; anything else goes as JSON. */
export type Message = string | Uint8Array | JsonValue;
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Why a link does not work, or works less well than it could. */
export interface Diagnosis {
  /** Stable, for programs. `docs/embedding.md` lists them. */
  readonly code: DiagnosisCode;
  /** Whose network or page it lies with, where that can be told. */
  readonly side?: "here" | "there";
  /** For people, in English: what is wrong, and what to try. */
  readonly sentence: string;
  readonly hint: string;
  /** The link is connected all the same. */
  readonly isWorking: boolean;
  /** What it was concluded from. No addresses are in it. */
  readonly evidence: Evidence;
}

/** The connection to one peer. One object for as long as the peer is there, whatever happens underneath. */
export interface Link {
  readonly state: LinkState;
  readonly path: "direct" | "relayed" | "forwarded" | undefined;
  /** Last measured round trip, milliseconds. */
  readonly rttMs: number | undefined;
  /** Undefined while there is nothing to say. */
  readonly diagnosis?: Diagnosis | undefined;
  /** The present connection, for statistics. It is replaced when it must be: don't keep it. */
  readonly connection: RTCPeerConnection | undefined;
}

export interface Peer {
  readonly id: PeerId;
  readonly name: string;
  /** ISO 3166-1 alpha-2; public rooms only, when known. */
  readonly country?: string;
  readonly role: Role;
  /** `here`; `away`: the page was closed or is reloading; `silent`: not heard from, may come back. */
  readonly presence: "here" | "away" | "silent";
  readonly link: Link;
  /** What this peer publishes now. */
  readonly media: ReadonlyMap<Source, RemoteMedia>;
  /** Private rooms: the code that two people compare, the same on both sides: five groups of four digits. */
  verificationCode(): Promise<string | undefined>;
}

export interface RemoteMedia {
  readonly peer: Peer;
  readonly source: Source;
  /** The same stream object for as long as this source is published. */
  readonly stream: MediaStream;
  readonly audio: "on" | "muted" | "none";
  readonly video: "on" | "muted" | "none";
  /**
   * Tells the sender's page how high the picture is shown, in device pixels; `"none"` (nobody looks) pauses it for this page alone.
   * Sound always goes on. Until told, the picture comes in full.
   */
  want(picture: { readonly height: number } | "none"): void;
  /**
   * Set while the picture does not come because this page takes only so many at once (over a forwarder, as many as its processors
   * decode) and others are shown as large: that number. To have this one, tell that it is shown larger than another (`want`).
   */
  readonly leftOut?: number | undefined;
  /**
   * How loud its sound is now, from 0 to 1 (linear, 1 is the loudest there is), without touching the sound itself. Over a forwarder
   * only the loudest are heard at once: of the others it is what the forwarder tells, for all of that peer's sound together.
   */
  level(): number;
}

/** Something you publish. It never stops a track that it did not create. */
export interface Publication {
  readonly source: Source;
  readonly stream: MediaStream;
  readonly audio: "on" | "muted" | "none";
  readonly video: "on" | "muted" | "none";
  /** Sends nothing and tells the others; both kinds, or the one named. */
  mute(kind?: "audio" | "video"): void;
  unmute(kind?: "audio" | "video"): void;
  /** Sends this track in place of the present one of its kind (adding or, with `null` and a kind, taking one away). No renegotiation where the browser allows. */
  replace(track: MediaStreamTrack): Promise<void>;
  replace(track: null, kind: "audio" | "video"): Promise<void>;
  unpublish(): void;
}

export interface Channel {
  readonly name: string;
  readonly delivery: Delivery;
  /**
   * Sends to one peer, or to everyone here now. Resolves, for `ordered` and `lossy`, when handed to the browser with room in its
   * buffer; for `exactly-once`, when the receiving pages have it. Rejects with `too-large` over 64 MiB, `undelivered` when a page is gone first.
   */
  send(
    data: Message,
    options?: { readonly to?: Peer | readonly Peer[]; readonly signal?: AbortSignal },
  ): Promise<void>;
  on(event: "message", listener: (data: Message, peer: Peer) => void): () => void;
  close(): void;
}

export interface SaidEvent {
  readonly id: string;
  /** The author's seat; the peer may have left. */
  readonly from: { readonly id: PeerId; readonly name: string; readonly country?: string };
  readonly isOwn: boolean;
  /** True for what was said before this page joined. */
  readonly isHistory: boolean;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A private message: to this peer alone. */
  readonly to?: PeerId;
}
export interface NoticeEvent {
  readonly event: string;
  readonly name?: string;
  readonly text: string;
  readonly at: number;
}

/** Why a peer left: `left` (pressed), `page` (closed its page), `timeout` (not heard from), `removed`, or a code. */
export type LeaveReason = "left" | "page" | "timeout" | "removed" | (string & {});

export interface RoomEvents {
  state: [
    state: RoomState,
    reason?: { readonly code: ErrorCode; readonly detail: string; readonly hint: string } | undefined,
  ];
  peer: [peer: Peer];
  "peer-changed": [peer: Peer];
  "peer-left": [peer: Peer, reason: LeaveReason];
  said: [message: SaidEvent];
  notice: [notice: NoticeEvent];
  /** A source appeared, or its mute state changed (the stream stays the same object). */
  media: [media: RemoteMedia];
  "media-ended": [media: RemoteMedia];
  link: [peer: Peer];
  /** Title, lock, knocking or passcode is another now, or what this page itself is (`self`: its role or name). */
  room: [];
  /** `waiting` is another now. */
  waiting: [];
  /** The host asked this page to be quiet, and it is: the SDK muted what it publishes. `unmute` is yours to call. */
  asked: [request: AskedEvent];
  /** Someone offers files, or came back with an offer that was not finished. */
  offer: [offer: Offer];
}

export interface AskedEvent {
  readonly what: "mute";
  /** Missing: both. */
  readonly kind?: "audio" | "video";
  readonly by: Peer;
}

/** Someone who knocks. */
export interface WaitingPerson {
  readonly id: PeerId;
  readonly name: string;
  /** ISO 3166-1 alpha-2; public rooms only, when known. */
  readonly country?: string;
}

/**
 * What only the host may do. Each resolves when the server has done it, and rejects with `not-host`, `no-such-peer`, `too-many`, …
 * When the connection is lost it is asked again once that is back.
 */
export interface RoomHost {
  /** Changes what is named, the rest stays; `null` takes it away. The server knows the title, in private rooms as well. */
  set(changes: {
    readonly title?: string | null;
    readonly passcode?: string | null;
    readonly isLocked?: boolean;
    readonly knock?: boolean;
  }): Promise<void>;
  /** Asks that page to send no more of this kind (none: of both); the person may go on at any time. */
  mute(peer: Peer, kind?: "audio" | "video"): Promise<void>;
  /** That seat ends and can't come back. Who has the link can come as somebody new, unless the room is locked or people knock. */
  remove(peer: Peer): Promise<void>;
  /** Makes that peer, whose page must be here, the host. */
  handOver(peer: Peer): Promise<void>;
  /** Ends the room for everyone. */
  end(): Promise<void>;
  /** Lets in who knocks; `room-full` when there is no seat. */
  admit(id: PeerId): Promise<void>;
  deny(id: PeerId): Promise<void>;
}

export interface RoomSelf {
  readonly id: PeerId;
  readonly name: string;
  readonly country?: string;
  readonly role: Role;
}

export interface Room {
  readonly name: string;
  readonly visibility: Visibility;
  readonly title?: string;
  readonly capacity: number;
  /** Nobody new comes in. */
  readonly isLocked: boolean;
  /** Who is new waits until the host admits them. */
  readonly isKnocking: boolean;
  readonly hasPasscode: boolean;
  /** For the host: who knocks, in the order in which they came. */
  readonly waiting: ReadonlyMap<PeerId, WaitingPerson>;
  /** What only the host may do. */
  readonly host: RoomHost;
  readonly state: RoomState;
  readonly self: RoomSelf;
  /** Everyone else who has a seat, in order of arrival. */
  readonly peers: ReadonlyMap<PeerId, Peer>;
  /** The whole link, secret included, to hand to others. */
  readonly link: string;
  /** How media goes: `mesh` (from page to page), `forwarder` (over the server), `peer` (over some of the pages, `passers`). */
  readonly topology: string;
  /** With the topology `peer`: whose page passes media on, and to whom. */
  readonly passers?: Readonly<Record<PeerId, readonly PeerId[]>>;
  /**
   * Whether this page passes others' media on when it is asked to, where no forwarder runs: it costs its uplink and processor. May be set
   * at any time, and takes effect at once. While nobody decided (undefined): yes, unless it is a phone or runs on its battery; a phone on
   * its battery never does. A moment after the page came in this tells what holds.
   */
  passOn?: boolean | undefined;
  on<K extends keyof RoomEvents>(event: K, listener: (...args: RoomEvents[K]) => void): () => void;
  /**
   * Says something to everyone, or to one peer alone. Resolves with the message as sent; rejects with `profanity`, `too-many`,
   * `too-long`, and `no-such-peer` when that one's page is not here. Who comes later never sees a private message.
   */
  say(text: string, options?: { readonly to?: Peer }): Promise<{ readonly id: string; readonly at: number }>;
  /** What was said so far, oldest first, bounded. */
  readonly messages: readonly SaidEvent[];
  publish(stream: MediaStream, options: { readonly source: Source }): Promise<Publication>;
  readonly publications: ReadonlyMap<Source, Publication>;
  /** The channel of that name; both sides name it the same. A second call with the same name gives the same channel. */
  channel(
    name: string,
    options?: {
      readonly delivery?: Delivery;
      /**
       * False: for messages that are small and rare. To a peer without a link (see `LinkState`) what this page sends goes over the
       * server, sealed in private rooms, instead of opening one. Over 16 KiB it opens one all the same.
       */
      readonly opensLink?: boolean;
    },
  ): Channel;
  /** Files given and taken in this room. */
  readonly files: RoomFiles;
  /** Event log and statistics, as data. */
  inspect(): Promise<RoomInspection>;
  /** Faults on demand, for tests and for learning. */
  simulate(fault: "signal-lost" | "link-lost" | "relay-only"): void;
  leave(): Promise<void>;
}

/** One connection, as data. */
export interface ConnectionInspection {
  readonly stats: readonly Record<string, unknown>[];
  /** What happened on it, oldest first: `storyOf` of `@parlour/client/inspect` tells it. The first 400 and the last 1,600. */
  readonly facts: readonly Fact[];
  /** Facts that were let go of between those. */
  readonly dropped: number;
  /** The data channels that carry everything, as they are now. */
  readonly channels: readonly ChannelState[];
  readonly sctp?: SctpState;
  /** The ICE servers this page was given, as URLs. */
  readonly servers: readonly string[];
  /** What `signaling.kinds` was when it was connected first. */
  readonly signalingThen?: Readonly<Record<string, Traffic>>;
}

export interface RoomInspection {
  readonly at: number;
  readonly events: readonly {
    readonly at: number;
    readonly peer?: PeerId;
    readonly event: string;
    readonly detail?: JsonValue;
  }[];
  readonly links: readonly (ConnectionInspection & {
    readonly peer: PeerId;
    readonly state: LinkState;
  })[];
  /** The connection to the room's forwarder, once there was one, and what flows by it. */
  readonly forwarder?: ConnectionInspection & {
    readonly state: RTCPeerConnectionState;
    readonly now: ForwarderNow;
  };
  /** Between this page and the server. */
  readonly signaling: Traffic & {
    /** The same by kind of frame: `signal`, `say`, `joined`, … */
    readonly kinds: Readonly<Record<string, Traffic>>;
  };
}

/** What a connection test looks at. The relay is tried over each way to it that the server offers. */
export type ConnectionCheck = "server" | "websocket" | "stun" | "relay-udp" | "relay-tcp" | "relay-tls";

/** What came of one. */
export interface ConnectionCheckResult {
  readonly check: ConnectionCheck;
  /** `missing`: the server offers none. */
  readonly state: "works" | "fails" | "missing";
  /** How long it took, in ms. */
  readonly ms?: number;
}

/** How a connection test runs. */
export interface ConnectionTestOptions {
  /** Called with each result as soon as it is there. */
  readonly onResult?: (result: ConnectionCheckResult) => void;
  readonly signal?: AbortSignal;
}
