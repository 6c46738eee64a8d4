import type { FactBody, ForwarderNow } from "../../core/inspect/facts.ts";
import type { Peer, PeerId, Publication, Source } from "../api.ts";
import type { Timekeeper } from "../link/timekeeper.ts";
import type { FrameSealing, LinkPart } from "../seams.ts";
import type { OwnMedia } from "./publication.ts";
import type { Kind, Sending, Wants } from "./state.ts";

/** What one page publishes: by source, per kind. */
export type Sources = Readonly<Record<string, Readonly<Record<Kind, Sending>>>>;

/**
 * One way for media between this page and the others: from page to page (`mesh`), over the server's forwarder, over another engine.
 * The switchboard (`media.ts`) above it keeps what embedders see. While a room moves from one driver to another, `moving.ts` stands
 * between them: a driver made of two. Sources, mutes and peers are ours: a driver maps them to what its engine calls them, and says
 * by the `onChange` that it was made with when its answers about a peer are others.
 */
export interface MediaDriver {
  /** What that peer publishes, as it was told this way; undefined: not told yet. */
  told(id: PeerId): Sources | undefined;
  /** What brings that to this page, as soon as it is agreed on; something need not have come yet. */
  receiver(id: PeerId, source: Source, kind: Kind): RTCRtpReceiver | undefined;
  /** What this page publishes is another now. Settles when the browser has taken it. */
  sync(): Promise<unknown>;
  /** What this page wants of that peer's pictures is another now. */
  want(peer: Peer, wants: Wants): void;
  /** That peer's page is gone. */
  remove(id: PeerId): void;
}

/** Media from page to page, over the links: there from the beginning, whichever other driver comes and goes. */
export interface Mesh extends MediaDriver {
  /** A page to exchange media with; the part goes into its link. */
  add(peer: Peer): LinkPart;
  /** What came from that peer over the channel `parlour:media`. */
  receive(id: PeerId, value: unknown): void;
  /** What this peer is sent no more by link, because it has it by another way. `sync` looks anew. */
  holds(id: PeerId, source: Source, kind: Kind): boolean;
  /** What is shown of it: `null`: nothing for now; undefined: it will be there in a moment. */
  track(id: PeerId, source: Source, kind: Kind): MediaStreamTrack | null | undefined;
  /** How loud it is now, as `RemoteMedia.level` says. It comes beside a room, with `reports.ts`. */
  level?(id: PeerId, source: Source): number;
}

/** What a driver beside the mesh is made with. */
export interface ForwardingSetup {
  readonly own: ReadonlyMap<Source, OwnMedia>;
  readonly publications: ReadonlyMap<Source, Publication>;
  readonly clock: Timekeeper;
  readonly processors: number;
  /** Higher than any number that this page, or one before it on this seat, gave to what it said. */
  readonly firstNumber: number;
  /** False when there is no server to send it over now. */
  signal(seat: number, payload: Uint8Array): boolean;
  createConnection(): RTCPeerConnection;
  /** Undefined: frames go as they are. Rejects when they can't be sealed: then nothing may leave. */
  readonly sealing: (() => Promise<FrameSealing>) | undefined;
  /** Whether that picture is to come this way at all. */
  isNeeded(peer: PeerId, source: Source): boolean;
  onChange(): void;
  log(event: string, detail?: string): void;
  /** What happened on the engine's connection, for the inspector; a new one comes with what tells what flows by it. */
  observe?(
    facts: readonly FactBody[],
    made?: { readonly connection: RTCPeerConnection; look(): Promise<ForwarderNow> },
  ): void;
}

/** A driver that comes and goes with the room's plan. */
export interface ForwardingDriver extends MediaDriver {
  /** It can bring media now. */
  readonly isUp: boolean;
  /** It could not for so long that the links have to help out. */
  readonly isLost: boolean;
  /** Something else came by that receiver before. */
  isUsed(receiver: RTCRtpReceiver): boolean;
  /** What `isNeeded` says is another now. */
  look(): void;
  /** How many pictures it brings at once, when that one is not among them for now: as `RemoteMedia.leftOut`. Missing: all of them. */
  leavesOut?(id: PeerId, source: Source): number | undefined;
  /** How loud that peer is, as the engine told; as `RemoteMedia.level`. */
  level?(id: PeerId): number;
  /** What the engine said to this page. */
  receive(payload: Uint8Array): void;
  /** The server is there again. */
  resync(): void;
  /** This page's network is another. */
  restart(): void;
  close(): void;
  /** Under this plan that peer's media come by link all the same (`from`), or this page's go to it by link (`to`). Missing: never. */
  isDirect?(id: PeerId, way: "from" | "to"): boolean;
  /** It would bring that, and can't any more. */
  lacks?(id: PeerId, source: Source, kind: Kind): boolean;
  /** What to ask that page for by link: not for this page alone. */
  wantsOf?(id: PeerId): Wants;
  /** Takes what came from that peer over the channel `parlour:media`, when it is for this driver. */
  take?(id: PeerId, value: unknown): boolean;
  /** The channels to that peer are open again: what was said may be lost. */
  opened?(id: PeerId): void;
  /** Whose page should bring this one the others' media, and does not. */
  readonly misses?: PeerId | undefined;
  /** What it knows of what that peer publishes while nothing of it comes this way, and no link tells. */
  known?(id: PeerId): Sources | undefined;
  /** Media go over the link to that peer, or are to. Missing: over none. */
  needs?(id: PeerId): boolean;
  /** What should bring media to this page does not: any link may have to. */
  readonly lacksLinks?: boolean;
  /** Others still have something by way of this page. */
  readonly isServing?: boolean;
  /** Something is on its way that no event tells of. */
  readonly isWaiting?: boolean;
}

/** What a driver gets that sends media over pages: their links, and the channel over them. */
export interface PassingSetup extends ForwardingSetup {
  readonly mesh: Mesh;
  readonly peers: ReadonlyMap<PeerId, Peer>;
  /** This page's own seat. */
  self(): PeerId;
  /** Who passes on to whom, as the room says now. */
  passers(): unknown;
  /** What this page itself wants of that peer's pictures. */
  wantsOf(id: PeerId): Wants;
  /** What that brings is what is seen or heard now. */
  isShown(receiver: RTCRtpReceiver): boolean;
  tell(value: object, to: Peer): void;
  createStream(): MediaStream;
  /** Missing: as the browser has it. */
  readonly createSound?: () => HTMLAudioElement;
}
