import type { PeerId } from "@parlour/protocol";

/**
 * Chat of a private room: messages signed by their authors, which every page keeps and any page may pass on.
 * This decides what is new, what the other side lacks and what is dropped; signatures are checked before, at the edge.
 */

/** One message as it goes from page to page. */
export interface SignedMessage {
  readonly id: string;
  /** The author's seat: the hash of `sign`. */
  readonly author: PeerId;
  /** The author's public signing key (Ed25519), base64url. */
  readonly sign: string;
  readonly name: string;
  /** Counts the author's messages, from 1. With `author` it names the message: the first one that comes is kept. */
  readonly n: number;
  /** The author's time, ms since 1970. */
  readonly at: number;
  readonly text: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

/** Per author the runs of numbers that are there, first and last of each one after the other: `[1, 5, 7, 7]`. */
export type Have = Readonly<Record<PeerId, readonly number[]>>;

/** All messages kept, oldest first. */
export type Chat = readonly SignedMessage[];

/** What this page has. */
export function have(chat: Chat): Have {
  const runs: Record<PeerId, number[]> = {};
  for (const { author, n } of [...chat].sort((a, b) => a.n - b.n)) {
    runs[author] ??= [];
    const run = runs[author];
    if (run.at(-1) === n - 1) run[run.length - 1] = n;
    else run.push(n, n);
  }
  return runs;
}

/** What the other side lacks, oldest first. `theirs` comes from the wire: what is no list of runs counts as nothing. */
export function lacking(chat: Chat, theirs: Readonly<Record<string, unknown>>, most: number): Chat {
  return chat.filter(({ author, n }) => {
    const runs = Object.hasOwn(theirs, author) ? theirs[author] : undefined;
    if (!Array.isArray(runs)) return true;
    for (let i = 0; i < Math.min(runs.length, 2 * most); i += 2)
      if (runs[i] <= n && n <= runs[i + 1]) return false;
    return true;
  });
}

/** Whether this message is worth a signature check: not there yet, and not so old that it would be dropped at once. */
export function isWanted(chat: Chat, message: SignedMessage, isLive: boolean, most: number): boolean {
  if (chat.some(({ author, n }) => author === message.author && n === message.n)) return false;
  return isLive || chat.length < most || message.at >= (chat[0] as SignedMessage).at;
}
