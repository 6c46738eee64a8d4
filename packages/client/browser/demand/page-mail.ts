import type { Peer } from "../api.ts";
import { decodeMessage, type Encoded } from "../channels/message.ts";
import type { Page } from "../channels/page.ts";
import type { ChannelHub, Post } from "../seams.ts";
import { encodeLetter, letterBytes, letterReader } from "./letters.ts";

/** The topic of the post that messages of channels go by. */
export const lettersTopic = "letters";

/** Our own channels whose messages go by post while there is no link. */
const posted = ["parlour:chat", "parlour:files"];
/** What pages tell each other of media, and of more ways beside a link, goes by link alone, and needs none: each link begins with all of it. */
const linked = ["parlour:media", "parlour:lanes"];
/** A message of somebody else's that is larger opens a link after all. */
const smallBytes = 16 * 1024;
/** Kept of channels that nobody listens to yet. */
const keptMost = 64;
const keptBytes = 256 * 1024;
/** Larger ones are not looked into. */
const readableBytes = 64 * 1024;

export interface PageMailSetup {
  readonly peer: Peer;
  readonly hub: Pick<ChannelHub, "channelsByName">;
  readonly post: Post;
  /** The page as it is without this. */
  readonly page: Page;
  /** There is a link that was connected. */
  isUp(): boolean;
  isSparing(): boolean;
  /** Something is to go by link. */
  onUse(): void;
  /** `holding` may be another now. */
  onHolding(): void;
  /** They tell what they know of the chat. */
  onHave(): void;
  log(event: string): void;
}

/** Stands in front of one page of the channels: what has no link to go by goes by post, or has one opened. */
export interface PageMail {
  readonly page: Page;
  /** What is under way that takes a link, or is wanted by link for as long as this lasts. */
  readonly holding: "messages" | "media" | undefined;
  /** One piece of a letter of theirs. */
  receive(piece: Uint8Array): void;
}

/** Undefined for what is too large, or no JSON. */
function read({ kind, bytes }: Encoded): Readonly<Record<string, unknown>> | undefined {
  if (kind !== "json" || bytes.length > readableBytes) return undefined;
  try {
    const value: unknown = decodeMessage({ kind, bytes });
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two pages that say this to each other are about to exchange pieces. */
function isOfPieces(message: Encoded): boolean {
  const value = read(message);
  if (!value) return false;
  const { type, answer } = value;
  if (type === "field") return answer !== true;
  return type !== "offer" && type !== "leave" && type !== "state";
}

export function pageMail(setup: PageMailSetup): PageMail {
  const { peer, hub, post, page } = setup;
  const assemble = letterReader();
  /** Letters that are not known to be there. */
  let letters = 0;
  /** Messages that wait for a link, or for its word; by the channel's name. */
  const queued = new Map<string, number>();
  let sum = 0;
  let lacksMedia = false;
  let kept: readonly (Encoded & { readonly name: string })[] = [];

  const mayPost = (name: string, { bytes }: Encoded): boolean => {
    if (posted.includes(name)) return bytes.length <= letterBytes;
    return hub.channelsByName.get(name)?.opensLink === false && bytes.length <= smallBytes;
  };
  const count = (name: string, by: number): void => {
    queued.set(name, (queued.get(name) ?? 0) + by);
    sum += by;
    setup.onHolding();
  };
  const sendByLink: Page["send"] = (name, delivery, message, settled) => {
    setup.onUse();
    count(name, 1);
    const withdraw = page.send(name, delivery, message, (outcome) => {
      count(name, -1);
      settled(outcome);
    });
    return () => {
      const isBack = withdraw();
      if (isBack) count(name, -1);
      return isBack;
    };
  };

  const send: Page["send"] = (name, delivery, message, settled) => {
    const isUp = setup.isUp();
    if (linked.includes(name)) {
      const except = read(message)?.["except"];
      if (Array.isArray(except)) {
        lacksMedia = except.length > 0;
        setup.onHolding();
      }
      if (isUp || !setup.isSparing()) return page.send(name, delivery, message, settled);
      settled("handed");
      return () => false;
    }
    if (name === "parlour:files" && isOfPieces(message)) setup.onUse();
    // Messages of one channel stay in order: each goes where the one before it is still under way.
    const isByLink = (queued.get(name) ?? 0) > 0 || ((isUp || !setup.isSparing()) && letters === 0);
    if (isByLink || !mayPost(name, message)) return sendByLink(name, delivery, message, settled);
    letters++;
    const pieces = encodeLetter({ name, ...message }).map((piece) => post.send(peer.id, lettersTopic, piece));
    Promise.all(pieces).then(
      () => {
        letters--;
        settled(delivery === "exactly-once" ? "taken" : "handed");
      },
      () => {
        letters--;
        settled(delivery === "lossy" ? "dropped" : "ended");
      },
    );
    return () => false;
  };

  const deliver = (letter: Encoded & { readonly name: string }): void => {
    const { name } = letter;
    try {
      hub.channelsByName.get(name)?.channel?.receive(decodeMessage(letter), peer);
    } catch {
      setup.log("letter-malformed");
    }
  };

  return {
    page: {
      ...page,
      send,
      listen(name) {
        page.listen(name);
        const due = kept.filter((letter) => letter.name === name);
        kept = kept.filter((letter) => letter.name !== name);
        for (const letter of due) deliver(letter);
      },
    },
    get holding() {
      return sum > 0 ? "messages" : lacksMedia ? "media" : undefined;
    },
    receive(piece) {
      const letter = assemble(piece);
      if (!letter) return;
      const { name } = letter;
      if (name === "parlour:files" && isOfPieces(letter)) setup.onUse();
      if (name === "parlour:chat" && read(letter)?.["have"]) setup.onHave();
      if (hub.channelsByName.get(name)?.isListening) {
        deliver(letter);
        return;
      }
      const all = [...kept, letter];
      const bytes = all.reduce((sizes, each) => sizes + each.bytes.length, 0);
      if (all.length <= keptMost && bytes <= keptBytes) kept = all;
      else setup.log("letter-unheard");
    },
  };
}
