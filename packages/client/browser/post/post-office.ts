import { type PeerId, postLimits, type RosterEntry } from "@parlour/protocol";
import { decodePost, encodePost, type PostMessage } from "../../core/post/message.ts";
import { parlourError } from "../error.ts";
import { pageTime, type Timekeeper } from "../link/timekeeper.ts";
import type { Card } from "../private/index.ts";
import type { Membership } from "../room/membership.ts";
import type { Post } from "../seams.ts";
import { paced } from "./pace.ts";
import { createPair, type Pair, postKind } from "./pair.ts";

/** What the post needs of its room. */
export interface PostSetup {
  readonly own: { readonly me: RosterEntry; readonly membership: Membership | undefined };
  /** Everyone else who is shown, by id. */
  readonly seats: ReadonlyMap<PeerId, { readonly entry: RosterEntry; readonly card: Card | undefined }>;
  readonly signal: (number: number, payload: Uint8Array) => boolean;
  readonly log: (event: string, peer?: PeerId, detail?: string) => void;
  readonly timekeeper?: Timekeeper;
}

export interface PostOffice extends Post {
  /** A signal of that seat's page whose first byte is `postKind`. */
  receive(from: PeerId, payload: Uint8Array): void;
  /** Who is in the room is another now: pages that are gone get no more post. */
  seatsChanged(): void;
  /** The server is there (again), or that peer's page is: what is not acknowledged goes again. */
  resync(peer?: PeerId): void;
  /** This page has another seat, or left. */
  close(): void;
}

interface Page {
  readonly pair: Pair;
  readonly entry: RosterEntry;
  /** Came before anyone listened to its topic. */
  unheard: readonly PostMessage[];
}

type Listener = (from: PeerId, bytes: Uint8Array<ArrayBuffer>) => void;

/** The post of one room. Pairs of pages begin with the first message either way. */
export function postOffice({ own, seats, signal, log, timekeeper = pageTime }: PostSetup): PostOffice {
  const pages = new Map<PeerId, Page>();
  const listeners = new Map<string, Listener>();
  const pace = paced(timekeeper, (payload, number) => signal(number, payload));

  const hear = (page: Page, from: PeerId, message: PostMessage): void => {
    const listener = listeners.get(message.topic);
    if (listener) {
      listener(from, message.bytes);
      return;
    }
    const kept = [...page.unheard, message];
    const bytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (kept.length <= postLimits.unheard && bytes <= postLimits.unheardBytes) page.unheard = kept;
    else log("post-unheard", from);
  };
  /** Undefined when that seat has no page that could be written to. */
  const pageOf = (id: PeerId): Page | undefined => {
    const found = pages.get(id);
    const seat = seats.get(id);
    if (found || !seat) return found;
    const { entry, card } = seat;
    const { me, membership } = own;
    if (membership && !card) return undefined;
    const page: Page = {
      entry,
      unheard: [],
      pair: createPair({
        pages: { own: me.epoch, other: entry.epoch },
        sealer: card && membership?.sealer(me, entry, card),
        timekeeper,
        send: (payload) => pace.send(payload, entry.number),
        onBody(body) {
          const message = decodePost(body);
          if (message) hear(page, id, message);
          else log("post-malformed", id);
        },
        onViolation: (reason) => log(`post-${reason}`, id),
      }),
    };
    pages.set(id, page);
    return page;
  };
  const drop = (id: PeerId, page: Page): void => {
    pages.delete(id);
    page.pair.close();
  };

  return {
    async send(to, topic, bytes) {
      if (bytes.length > postLimits.messageBytes) throw parlourError("too-large");
      const body = encodePost(topic, bytes);
      if (!body) throw parlourError("bad-request");
      const page = pageOf(to);
      if (!page) throw parlourError("undelivered");
      await page.pair.send(body);
    },
    on(topic, listener) {
      listeners.set(topic, listener);
      for (const [id, page] of pages) {
        const { unheard } = page;
        page.unheard = unheard.filter((message) => message.topic !== topic);
        for (const message of unheard) if (message.topic === topic) listener(id, message.bytes);
      }
      return () => {
        if (listeners.get(topic) === listener) listeners.delete(topic);
      };
    },
    receive(from, payload) {
      if (payload[0] === postKind) pageOf(from)?.pair.receive(payload);
    },
    seatsChanged() {
      for (const [id, page] of pages) {
        const entry = seats.get(id)?.entry;
        if (entry?.epoch !== page.entry.epoch || entry.number !== page.entry.number) drop(id, page);
      }
    },
    resync(peer) {
      if (!peer) pace.clear();
      for (const [id, { pair }] of pages) if (!peer || peer === id) pair.resync();
    },
    close() {
      pace.clear();
      for (const [id, page] of pages) drop(id, page);
    },
  };
}
