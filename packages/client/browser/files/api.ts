import type { TransferCode } from "@parlour/transfer/core";
import type { TakerState, TakingState } from "@parlour/transfer/driver";
import type { ParlourError, Peer, PeerId } from "../api.ts";

/** `room.files`: giving files to people in the room, and taking what they give. */

export type { TransferCode } from "@parlour/transfer/core";
export type { TakerState, TakingState } from "@parlour/transfer/driver";

/** What can be offered. Folders come as handles, or as files with a `path`. */
export type Offerable =
  | File
  | FileSystemHandle
  | {
      readonly name: string;
      /** Folders it lies in, outermost first. */
      readonly path?: readonly string[];
      /** Bytes. */
      readonly size: number;
      /** Read once, then kept here so that everyone can have it; a function is called for each reading. */
      readonly stream: ReadableStream<Uint8Array> | (() => ReadableStream<Uint8Array>);
      readonly type?: string;
      /** Milliseconds since 1970. */
      readonly lastModified?: number;
    };

/** Rejected with by `done`. `code` is stable, `hint` says what to try. */
export interface FilesError extends Omit<ParlourError, "code"> {
  readonly code: TransferCode | ParlourError["code"];
}

export interface OfferedFile {
  /** Folders it lies in, outermost first. Path and name are safe to be created on any system. */
  readonly path: readonly string[];
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** MIME type as the giver says; not to be trusted. */
  readonly type: string;
  readonly modified?: number;
}

export interface Progress {
  /** Bytes that are here and checked (when giving: of the one that has the fewest and is taking). */
  readonly bytes: number;
  readonly total: number;
  /** Over the last seconds; when giving, sent to everyone together. */
  readonly bytesPerSecond: number;
  /** Undefined while it can't be said. */
  readonly secondsLeft: number | undefined;
  /** How many pages pieces come from now (or go to). */
  readonly peers: number;
}

/** What giving and taking have in common. Iterating gives progress, a few times a second at most, and ends when it ends. */
export interface Transfer extends AsyncIterable<Progress> {
  /** 22 characters. Takers know it by the same before and after a reload; a giving has one of its own. */
  readonly id: string;
  /** The one file's or folder's name, or the first one's. */
  readonly name: string;
  readonly size: number;
  readonly files: readonly OfferedFile[];
  readonly progress: Progress;
  pause(): void;
  resume(): void;
  /** Ends it. A taking lets go of what was received; a giving is no longer on offer, also to those who have not got it all. */
  cancel(): void;
  /** Anything of it is another now. */
  on(event: "change", listener: () => void): () => void;
}

export interface Taker {
  readonly peer: Peer;
  readonly state: TakerState;
  /** Bytes that they have. */
  readonly bytes: number;
}

export interface Giving extends Transfer {
  /** `preparing`: lists folders; `offered`: whoever may can take it; `ended`: see `done`. */
  readonly state: "preparing" | "offered" | "paused" | "ended";
  /** Everyone to whom it is offered and who is here. */
  readonly takers: ReadonlyMap<PeerId, Taker>;
  /** The others together have all of it: this page may leave. */
  readonly isSpread: boolean;
  /** What to say of it beside its name; a small picture, at most 32 KiB as a data URL. Say it before the offer goes out. */
  readonly thumbnail: string | undefined;
  /**
   * With `to`: resolves when each of them has it all; rejects with `declined` when none of them wants it. To everyone: resolves when it is cancelled
   * or the room is left, because people may always come. Rejects with `unreadable`, `file-changed`.
   */
  readonly done: Promise<void>;
}

export interface ReceivedFile extends OfferedFile {
  /** On disk where the browser has one: reading it costs no memory. */
  file(): Promise<File>;
}

export interface Taking extends Transfer {
  readonly from: Peer;
  /**
   * `waiting`: nobody who has the rest is here, it goes on by itself when they come back; `done`: everything is here and this page passes it on to others;
   * `failed` and `cancelled`: see `done`.
   */
  readonly state: TakingState;
  /** Bytes of that file that are here and checked. */
  received(file: number): number;
  /**
   * Bytes of a file as soon as they are here and checked, before the whole is: for playing. These pieces and those that follow come first from
   * now on. Rejects with `aborted`, or with what `done` rejects with.
   */
  read(
    file: number,
    offset: number,
    length: number,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Resolves with everything, on disk. Rejects with `{ code, hint }`; what was received is kept unless it was cancelled. */
  readonly done: Promise<{ readonly files: readonly ReceivedFile[] }>;
  /**
   * Resolves when each stream of `into` is closed, at once where there is none. Rejects with `disk-full` or `no-permission`, with what a stream
   * said, or with what `done` rejects with; the stream is aborted then. The taking goes on whatever becomes of its streams.
   */
  readonly poured: Promise<void>;
  /** No longer passes it on to others; the files stay. */
  stopSharing(): void;
}

export interface Offer {
  readonly id: string;
  /** Who offers it: the giver, or someone who has it from them. */
  readonly from: Peer;
  readonly name: string;
  readonly size: number;
  readonly files: readonly OfferedFile[];
  /** A small picture as a data URL (`image/…`), made by the giver. */
  readonly thumbnail?: string;
  /** Bytes of it that are here from before: accepting goes on from there. */
  readonly kept: number;
  /** It was accepted before and not finished, and this page was reloaded: it goes on by itself, and `state` is `accepted`. */
  readonly isResumed: boolean;
  /** `ended`: taken back, or nobody who has it is here. */
  readonly state: "open" | "accepted" | "declined" | "ended";
  /** A second call gives the same taking. */
  accept(options?: AcceptOptions): Taking;
  decline(): void;
  on(event: "change", listener: () => void): () => void;
}

export interface AcceptOptions {
  readonly signal?: AbortSignal;
  /**
   * Each file goes into the stream that this gives for it as well, one file after another and each from its beginning, as it arrives. Streams
   * into a folder come from `intoFolder` of `@parlour/client/files`. See `poured` of the taking.
   */
  readonly into?:
    | ((file: OfferedFile, index: number) => WritableStream<Uint8Array> | Promise<WritableStream<Uint8Array>>)
    | undefined;
}

/** Something received earlier, also before a reload, and still here. */
export interface KeptTransfer {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly files: readonly OfferedFile[];
  /** Bytes that are here. */
  readonly bytes: number;
  readonly isWhole: boolean;
  /** Passes it on to others again (whole ones only). */
  share(): Promise<Taking>;
  discard(): Promise<void>;
}

export interface OfferOptions {
  /** Missing: everyone, also those who come later. */
  readonly to?: Peer | readonly Peer[];
  readonly signal?: AbortSignal;
  /** A small picture, at most 32 KiB as a data URL. */
  readonly thumbnail?: string;
}

export interface RoomFiles {
  /**
   * Offers files at once, whatever their size. The same files offered again (after a reload, too) go on where takers stopped.
   * Until folders are listed the giving is `preparing`.
   */
  offer(files: Offerable | readonly Offerable[], options?: OfferOptions): Giving;
  /** What this page gives, by id. */
  readonly givings: readonly Giving[];
  /** What others offer and this page has neither accepted nor declined. */
  readonly offers: readonly Offer[];
  /** What this page takes, or took and passes on. */
  readonly takings: readonly Taking[];
  /** What was received in this room earlier and is still here. */
  kept(): Promise<readonly KeptTransfer[]>;
  /** One of the lists above is another now. */
  on(event: "change", listener: () => void): () => void;
}
