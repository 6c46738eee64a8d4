/**
 * What the edges of a transfer give: where bytes come from, where they go, what is remembered, how hashes and signatures
 * are made. A transfer's files lie one after another in one space of bytes; `offset` in a sink is a place in that space,
 * in a source a place in that one file.
 */

/** One file that is offered. */
export interface Source {
  readonly name: string;
  /** The folders it lies in, outermost first; none: it lies at the top. */
  readonly path?: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** MIME type, as the giver's system says. */
  readonly type?: string;
  /** Milliseconds since 1970. */
  readonly modified?: number;
  /** It lies here whole: reading further than was asked for costs little more. */
  readonly isHere?: boolean;
  /**
   * Exactly `length` bytes of it, in memory of their own. `memory` is given away: where it is large enough it may become theirs. Rejects
   * with a `TransferProblem` of code `unreadable` or `file-changed`.
   */
  read(offset: number, length: number, memory?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>>;
  close?(): void;
}

/** A part of a source. */
export interface SourcePart {
  readonly source: Source;
  readonly offset: number;
  readonly length: number;
}

/** A file of a transfer, as a sink sees it. */
export interface PlacedFile {
  /** Safe to be created: no `..`, no control or direction marks, no two alike; folders are parts of their own. */
  readonly path: readonly string[];
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly modified?: number;
  /** Where its bytes begin in the transfer's space. */
  readonly offset: number;
}

/** What a sink is opened for. */
export interface SinkPlan {
  /** 22 characters of base64url: good as a name for what is kept meanwhile. */
  readonly id: string;
  /** Of all files together, bytes. */
  readonly size: number;
  readonly files: readonly PlacedFile[];
  /** Opened before, and written to: what was flushed is expected to be there. */
  readonly isResumed: boolean;
}

/** A file that was received whole. `Content` is what the edge hands out: a `File` in browsers, a path in Node. */
export interface Received<Content> {
  readonly path: readonly string[];
  readonly name: string;
  readonly size: number;
  readonly type: string;
  /** The file itself, opened when asked for. */
  content(): Promise<Content>;
}

/**
 * Where a transfer's bytes go. Calls may overlap; a failed write or flush poisons the sink: everything after it rejects
 * too. All reject with a `TransferProblem` (`disk-full`, `no-permission`, `no-storage`).
 */
export interface Sink<Content = unknown> {
  /**
   * Resolves when a `read` gives these bytes back, here and (unless the machine itself goes down) in the next page. `isGiven`: the
   * memory is the sink's from now on; otherwise it stays as it was. A sink that no longer needs what it was given resolves with it.
   */
  write(
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
    isGiven?: boolean,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** What was written before, in memory of its own: for those who ask us for it, and for playing. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Everything written is safe, also from a machine that goes down. */
  flush(): Promise<void>;
  /** Everything is there and flushed: puts the files where they belong. `read` goes on working. Called again after a reload, it does no harm. */
  finish(): Promise<readonly Received<Content>[]>;
  /** Lets go of it and keeps what is there. */
  close(): Promise<void>;
  /** Lets go of it and removes what is there. */
  discard(): Promise<void>;
}

/** Opens sinks. */
export interface Storage<Content = unknown> {
  /** Rejects with a `TransferProblem`: `disk-full`, `no-storage`, `no-permission`. */
  open(plan: SinkPlan): Promise<Sink<Content>>;
  /** Something will be opened soon, maybe. */
  warm?(): void;
}

/** Remembers small things across reloads, whole or not at all: what `save` was given last, or what was there before. */
export interface JournalStore {
  load(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  save(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Everything whose key begins so. */
  remove(prefix: string): Promise<void>;
  /** Keys that begin so. Keys have letters, digits, `-`, `_` and `/`. */
  keys(prefix: string): Promise<readonly string[]>;
}

export interface Hashing {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Ed25519 (RFC 8032). False for anything that is no signature. */
  verify(
    key: Uint8Array<ArrayBuffer>,
    signature: Uint8Array<ArrayBuffer>,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>;
}

/** Signs for one giver. */
export interface Signer {
  /** The public Ed25519 key, 32 bytes. */
  readonly key: Uint8Array<ArrayBuffer>;
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The way to one other page. It outlives connections: `open` and `closed` tell of each. */
export interface Carrier {
  /** Exactly once and in order, for as long as both pages live. */
  control(message: unknown): void;
  /**
   * Hands a frame to the connection, whose memory is used for another one afterwards. Resolves when that is done; false when
   * it was not sent, because there is no connection (any more).
   */
  send(frame: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Largest frame that `send` takes now, bytes. */
  readonly frameBytes: number;
  readonly isOpen: boolean;
}

/** Everything that a transfer needs of the machine it runs on. */
export interface Edge<Content = unknown> {
  readonly storage: Storage<Content>;
  readonly journals: JournalStore;
  readonly hashing: Hashing;
  /**
   * Parts of several sources, one after the other, where that is faster than each by itself; undefined: these can't be read so, and
   * `memory` was left alone. Otherwise as a source's `read`.
   */
  readonly readTogether?: (
    parts: readonly SourcePart[],
    memory?: ArrayBuffer,
  ) => Promise<Uint8Array<ArrayBuffer>> | undefined;
  /** Makes a signer for one transfer, where the room gives none, from what was kept of it, or anew. */
  signer(
    kept?: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly signer: Signer; readonly kept: Uint8Array<ArrayBuffer> }>;
}

/** Why a transfer, or a part of it, came to nothing. */
export type TransferCode =
  /** They don't want it. */
  | "declined"
  /** Called off here. */
  | "aborted"
  /** The giver took the offer back before everything was there. */
  | "withdrawn"
  /** Nobody who has the rest is in the room. */
  | "giver-left"
  /** The file is another one now at the giver. */
  | "file-changed"
  /** The giver can't read the file any more. */
  | "unreadable"
  | "disk-full"
  /** A private window, or a browser without any place for it. */
  | "no-storage"
  /** The browser or system took the right to write (or read) back. */
  | "no-permission"
  /** What came is not what the giver signed, from everyone who has it. */
  | "corrupt"
  /** The giver's offer breaks the rules of the protocol. */
  | "bad-offer"
  | "too-many";

/** Sentences for people; `hint` says what to try. */
export const transferSentences: Readonly<Record<TransferCode, readonly [detail: string, hint: string]>> = {
  declined: ["They did not want it.", "Ask them, and offer it again."],
  aborted: ["That was called off.", "Start it again when you like."],
  withdrawn: ["The giver took the offer back.", "Ask them to offer it again: what you have is kept."],
  "giver-left": [
    "Nobody who has the rest is here.",
    "Ask the giver to come back and offer it again: what you have is kept.",
  ],
  "file-changed": ["The file was changed while it was being sent.", "Ask the giver to offer it again."],
  unreadable: ["The file can't be read any more at the giver.", "Ask the giver to offer it again."],
  "disk-full": ["There is no room left for it.", "Make room and accept it again: what you have is kept."],
  "no-storage": [
    "This browser gives no place to keep it.",
    "Leave the private window, or take it in another browser.",
  ],
  "no-permission": ["The right to write there was taken back.", "Accept it again: what you have is kept."],
  corrupt: ["What arrived is not what was offered.", "Ask the giver to offer it again."],
  "bad-offer": ["That offer is not valid.", "Ask the giver to reload the page and offer it again."],
  "too-many": ["That is too much at once.", "Finish or cancel something first."],
};

/** Thrown by edges and by the driver. */
export class TransferProblem extends Error {
  override readonly name = "ParlourError";
  readonly code: TransferCode;
  readonly hint: string;
  constructor(code: TransferCode, detail?: string, options?: { readonly cause?: unknown }) {
    const [sentence, hint] = transferSentences[code];
    super(detail ?? sentence);
    this.code = code;
    this.hint = hint;
    if (options?.cause !== undefined) Object.defineProperty(this, "cause", { value: options.cause });
  }
}
