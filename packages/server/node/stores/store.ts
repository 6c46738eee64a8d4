import type { Entry, Notice, Said } from "@parlour/protocol";
import type { RoomState } from "../../core/index.ts";

/** A room's state after a change, and what the caller wants to know of it. */
export interface Changed<T> {
  /** `undefined`: the room is gone. */
  readonly state: RoomState | undefined;
  readonly result: T;
}

/** The rooms of an installation. */
export interface RoomStore {
  /**
   * Runs `change` on the present state and keeps what it returns; one at a time per room. `change` may run more than
   * once (a cluster tries again when another node was faster), so it must do nothing but compute. The returned
   * promise resolves when the new state is kept; it rejects, with the old state kept, when `change` throws or storage fails.
   */
  update<T>(name: string, change: (state: RoomState | undefined) => Changed<T>): Promise<T>;
  read(name: string): Promise<RoomState | undefined>;
  /** In the order of the alphabet. */
  names(): Promise<readonly string[]>;
  count(): Promise<number>;
  countStaying(): Promise<number>;
  /** Public rooms with people in them, in the order of their names. */
  listed(): Promise<readonly RoomState[]>;
  close(): Promise<void>;
}

export type NewEntry = Omit<Said, "seq"> | Omit<Notice, "seq">;

/** What was said in public rooms. */
export interface MessageLog {
  /**
   * Adds an entry under the room's next `seq`. A `said` that this author already sent under the same id is not added
   * again: the entry of the first time comes back, with `isNew: false`.
   */
  append(room: string, entry: NewEntry): Promise<{ readonly entry: Entry; readonly isNew: boolean }>;
  /** The last `limit` entries with a `seq` above `since` (`undefined`: of all), oldest first. */
  after(room: string, since: number | undefined, limit: number): Promise<readonly Entry[]>;
  /** The room is gone, and what was said in it. Its `seq` starts again at 1. */
  forget(room: string): Promise<void>;
  /** Drops what is older than the host keeps; `now` in ms since 1970. */
  prune(now: number): Promise<void>;
  close(): Promise<void>;
}

/** How nodes of one installation reach each other's connections. Messages from one node arrive in order. */
export interface Bus {
  /** To the subscribers of that node; nobody there, nothing happens. */
  publish(node: string, message: string | Uint8Array): Promise<void>;
  /** Returns how to stop. */
  subscribe(node: string, listener: (message: string | Uint8Array) => void): () => void;
  close(): Promise<void>;
}

export interface Stores {
  readonly rooms: RoomStore;
  readonly log: MessageLog;
  readonly bus: Bus;
  close(): Promise<void>;
}

/** How much of what was said is kept, per room. */
export interface Keeping {
  readonly historyMessages: number;
  readonly historyMs: number;
}

/**
 * `in-use`: by another server; `damaged`: not readable as what it should be; `foreign`: another program's;
 * `newer`: made by a later version; `unwritable`: no permission or no space; `closed`: used after `close`.
 */
export type StoreProblem = "in-use" | "damaged" | "foreign" | "newer" | "unwritable" | "closed";

/** The data folder can't be used as it is. `message` says what is wrong, `hint` what the host can do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreProblem;
  readonly hint: string;
  constructor(code: StoreProblem, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}
