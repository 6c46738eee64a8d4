import { limits } from "@parlour/protocol";
import type { Source } from "../core/index.ts";
import {
  fromBase64url,
  type Manifest,
  type OfferMessage,
  offerBytes,
  readBlock,
  readManifest,
  readMessage,
  type SwarmMessage,
  TransferProblem,
  transferSentences,
} from "../core/index.ts";
import { type Giving, type GivingOptions, startGiving } from "./giving.ts";
import { type Head, openJournal, readHeads, rememberedMost } from "./journal.ts";
import type { Port, World } from "./port.ts";
import { bytesOf, type Run } from "./run.ts";
import { startTaking, type Taking } from "./taking.ts";

/** A transfer that this page has heard of. */
export interface Entry<Content> {
  readonly manifest: Manifest;
  readonly key: Uint8Array<ArrayBuffer>;
  /** As it was said, to be passed on. */
  readonly message: OfferMessage;
  /** Pages here that offer it. */
  readonly offeredBy: Set<string>;
  run: Run<Content> | undefined;
}

/** What another offers. */
export interface OfferEntry<Content> extends Entry<Content> {
  state: "open" | "accepted" | "declined" | "ended";
  /** Bytes that are here from before. */
  kept: number;
  /** What was begun before and not finished. */
  isResumed: boolean;
  taking: Taking<Content> | undefined;
}

/** Something that was received earlier. */
export interface KeptEntry {
  readonly head: Head;
  readonly manifest: Manifest;
  readonly bytes: number;
}

export interface ExchangeEvents<Content> {
  readonly onOffer: (offer: OfferEntry<Content>) => void;
  /** Some offer, giving or taking is another now. */
  readonly onChange: () => void;
}

/** What another page does to its port. */
export interface PortInput {
  /** The lane of a connection is open, or gone. */
  lane(isOpen: boolean): void;
  message(value: unknown): void;
  frame(bytes: Uint8Array<ArrayBuffer>): void;
  /** That page is gone for good. */
  gone(): void;
}

/** What the parts of an exchange share. */
export interface Inner<Content> {
  readonly world: World<Content>;
  readonly ports: ReadonlyMap<string, Port>;
  readonly takenPlace: (id: string) => string;
  readonly givenPlace: (id: string) => string;
  readonly onChange: () => void;
  readonly release: (entry: Entry<Content>) => void;
  /** Offers to everyone what the giver is not here to offer. */
  readonly passOn: (entry: Entry<Content>) => void;
  readonly claim: (entry: Entry<Content>) => void;
}

export type Exchange<Content> = ReturnType<typeof createExchange<Content>>;

/** All transfers of one page in one room, with everyone who is there. */
export function createExchange<Content>(world: World<Content>, events: ExchangeEvents<Content>) {
  const entries = new Map<string, Entry<Content>>();
  const offers = new Map<string, OfferEntry<Content>>();
  const givings = new Set<Giving>();
  const ports = new Map<string, Port>();
  const lookers = new Set<() => void>();
  const changed = (): void => {
    for (const look of [...lookers]) look();
    events.onChange();
  };
  const inner: Inner<Content> = {
    world,
    ports,
    takenPlace: (id) => `taken/${placeOf(world.room)}/${id}`,
    givenPlace: (id) => `given/${placeOf(world.room)}/${id}`,
    onChange: () => changed(),
    passOn(entry) {
      for (const peer of ports.keys()) passOn(entry, peer);
    },
    claim: (entry) => void entries.set(entry.manifest.id, entry),
    release(entry) {
      entry.run = undefined;
      if (entries.get(entry.manifest.id) === entry) entries.delete(entry.manifest.id);
    },
  };
  let heads: Promise<Map<string, Head>> | undefined;
  const keptHeads = (): Promise<Map<string, Head>> => {
    heads ??= readHeads(world.edge.journals, `taken/${placeOf(world.room)}`).catch(() => new Map());
    return heads;
  };

  const mayTake = ({ message }: Entry<Content>, peer: string): boolean =>
    message.to === undefined || message.to.includes(peer) || message.giver === peer;

  /** Passes on what we have and the giver is not here to offer. */
  const passOn = (entry: Entry<Content>, to: string): void => {
    const { giver } = entry.message;
    if (!entry.run || giver === world.self() || ports.has(giver) || !mayTake(entry, to)) return;
    ports.get(to)?.carrier.control(entry.message);
  };

  const keptOf = async (manifest: Manifest, text: string): Promise<{ bytes: number; isResumed: boolean }> => {
    const head = (await keptHeads()).get(manifest.id);
    if (head?.text !== text) return { bytes: 0, isResumed: false };
    const { written } = await openJournal(
      world.edge.journals,
      inner.takenPlace(manifest.id),
      manifest.cut.count,
    );
    return { bytes: bytesOf(written, manifest), isResumed: !head.isWhole };
  };

  const onOffer = async (peer: string, message: OfferMessage): Promise<void> => {
    const refuse = (why: string): void => world.log(`files-${why}`, peer);
    if (message.to && !message.to.includes(world.self())) return refuse("not-for-us");
    const manifest = readManifest(message.text);
    if (!manifest) return refuse("bad-offer");
    const { id } = manifest;
    const known = entries.get(id) ?? offers.get(id);
    if (known) {
      if (known.message.text !== message.text) return refuse("other-offer");
      known.offeredBy.add(peer);
      if (known.run) {
        known.run.greet(peer, true);
        return;
      }
      const offer = offers.get(id);
      if (offer?.state !== "ended") return;
      offer.state = "open";
      events.onOffer(offer);
      return;
    }
    if ([...offers.values()].filter(({ offeredBy }) => offeredBy.has(peer)).length >= limits.offersPerPeer)
      return refuse("too-many-offers");
    const key = fromBase64url(manifest.key);
    const signature = fromBase64url(message.signature);
    const bytes = offerBytes(world.room, message.text);
    if (key?.length !== 32 || !signature) return refuse("bad-offer");
    if (world.isKeyOf && !(await world.isKeyOf(key, message.giver))) return refuse("forged-offer");
    if (!(await world.edge.hashing.verify(key, signature, bytes))) return refuse("forged-offer");
    const kept = await keptOf(manifest, message.text).catch(() => ({ bytes: 0, isResumed: false }));
    // The page may have gone meanwhile.
    if (!ports.has(peer)) return;
    const offer: OfferEntry<Content> = {
      manifest,
      key,
      message,
      offeredBy: new Set([peer]),
      run: undefined,
      state: "open",
      kept: kept.bytes,
      isResumed: kept.isResumed,
      taking: undefined,
    };
    offers.set(id, offer);
    world.edge.storage.warm?.();
    events.onOffer(offer);
    changed();
  };

  const onSwarm = (peer: string, message: SwarmMessage): void => {
    const entry = entries.get(message.id);
    const offer = offers.get(message.id);
    if (message.type === "leave") {
      const isGiver = (entry ?? offer)?.message.giver === peer;
      const code = Object.hasOwn(transferSentences, message.code) ? message.code : "withdrawn";
      for (const giving of givings) giving.left(peer, message);
      entry?.run?.put({ type: "gone", peer, ...(isGiver && { code }) });
      unoffer(offer, peer);
      changed();
      return;
    }
    if (!entry?.run || !mayTake(entry, peer)) return;
    entry.run.receive(peer, message, (text) => fromBase64url(text) ?? new Uint8Array());
    for (const giving of givings) giving.heard(peer, message);
    if (message.type === "field" || message.type === "state" || message.type === "have") changed();
  };
  const unoffer = (offer: OfferEntry<Content> | undefined, peer: string): void => {
    if (!offer?.offeredBy.delete(peer) || offer.offeredBy.size > 0 || offer.state !== "open") return;
    offer.state = "ended";
    if (offer.message.giver === peer) offers.delete(offer.manifest.id);
  };

  const accept = (offer: OfferEntry<Content>): Taking<Content> => {
    if (offer.taking && offer.state === "accepted") return offer.taking;
    offer.state = "accepted";
    const taking = startTaking(inner, offer, offer.taking?.closed, {
      onEnd() {
        // It may be accepted again for as long as somebody offers it.
        if (taking.state === "done") return;
        offer.kept = taking.bytes;
        offer.isResumed = taking.state === "failed";
        offer.state = offer.offeredBy.size > 0 ? "open" : "ended";
        changed();
      },
    });
    offer.taking = taking;
    void taking.closed.then(() => {
      if (offer.taking === taking && taking.state !== "done") offer.kept = taking.bytes;
    });
    changed();
    return taking;
  };

  return {
    givings: givings as ReadonlySet<Giving>,
    offers: offers as ReadonlyMap<string, OfferEntry<Content>>,
    ports: ports as ReadonlyMap<string, Port>,

    /** A page to exchange files with. */
    connect(peer: string, carrier: Port["carrier"]): PortInput {
      const port: Port = { peer, carrier };
      ports.set(peer, port);
      const isHere = (): boolean => ports.get(peer) === port;
      let queue: Promise<void> = Promise.resolve();
      let waiting = 0;
      for (const giving of givings) giving.met(peer);
      for (const entry of entries.values()) passOn(entry, peer);
      return {
        lane(isOpen) {
          if (isHere()) for (const { run } of entries.values()) run?.put({ type: "lane", peer, isOpen });
        },
        message(value) {
          const message = readMessage(value);
          if (!isHere()) return;
          if (!message) {
            world.log("files-bad-message", peer);
            return;
          }
          if (message.type !== "offer" && waiting === 0) {
            onSwarm(peer, message);
            return;
          }
          // What comes after an offer waits until that was looked at.
          if (++waiting > 4096) return;
          queue = queue
            .then(async () => {
              if (!isHere()) return;
              if (message.type === "offer") await onOffer(peer, message);
              else onSwarm(peer, message);
            })
            .catch(() => world.log("files-bad-message", peer))
            .then(() => {
              waiting--;
            });
        },
        frame(bytes) {
          const block = readBlock(bytes);
          if (!block || !isHere()) return;
          entries.get(block.id)?.run?.put({ type: "block", peer, ...block });
        },
        gone() {
          if (!isHere()) return;
          ports.delete(peer);
          for (const entry of entries.values()) {
            entry.offeredBy.delete(peer);
            entry.run?.put({ type: "gone", peer });
            if (entry.message.giver === peer) for (const to of ports.keys()) passOn(entry, to);
          }
          for (const offer of [...offers.values()]) unoffer(offer, peer);
          for (const giving of givings) giving.gone(peer);
          changed();
        },
      };
    },

    /** Offers files; what they are may become known later. */
    offer(sources: Promise<readonly Source[]>, options: GivingOptions): Giving {
      const giving = startGiving(inner, sources, options, () => givings.delete(giving));
      givings.add(giving);
      return giving;
    },
    accept,
    decline(offer: OfferEntry<Content>): void {
      if (offer.state !== "open") return;
      offer.state = "declined";
      for (const peer of offer.offeredBy)
        ports.get(peer)?.carrier.control({ type: "leave", id: offer.manifest.id, code: "declined" });
      changed();
    },

    /** Calls when that offer is another now. */
    on(offer: OfferEntry<Content>, listener: () => void): () => void {
      const before = { state: offer.state, kept: offer.kept };
      const look = (): void => {
        if (offer.state === before.state && offer.kept === before.kept) return;
        Object.assign(before, { state: offer.state, kept: offer.kept });
        listener();
      };
      lookers.add(look);
      return () => void lookers.delete(look);
    },

    /** What was received earlier and is not at work now, newest first. */
    async kept(): Promise<readonly KeptEntry[]> {
      heads = undefined;
      const all: KeptEntry[] = [];
      for (const [id, head] of await keptHeads()) {
        const manifest = readManifest(head.text);
        if (!manifest || entries.has(id)) continue;
        const { written } = await openJournal(world.edge.journals, inner.takenPlace(id), manifest.cut.count);
        const bytes = bytesOf(written, manifest);
        if (all.length < rememberedMost) all.push({ head, manifest, bytes });
      }
      return all;
    },
    /** Passes on again what was received whole. */
    share({ head, manifest, bytes }: KeptEntry): Taking<Content> {
      const key = fromBase64url(manifest.key);
      if (!head.isWhole || !key) throw new TransferProblem("giver-left");
      const { text, signature, giver, to, thumbnail } = head;
      const message: OfferMessage = {
        type: "offer",
        text,
        signature,
        giver,
        ...(to && { to }),
        ...(thumbnail && { thumbnail }),
      };
      const offer: OfferEntry<Content> = offers.get(manifest.id) ?? {
        manifest,
        key,
        message,
        offeredBy: new Set(),
        run: undefined,
        state: "open",
        kept: bytes,
        isResumed: false,
        taking: undefined,
      };
      offers.set(manifest.id, offer);
      return accept(offer);
    },
    async discard({ manifest }: KeptEntry): Promise<void> {
      const { id, files, cut } = manifest;
      const sink = await world.edge.storage.open({ id, size: cut.size, files, isResumed: true });
      await sink.discard();
      await world.edge.journals.remove(`${inner.takenPlace(id)}/`);
      const offer = offers.get(id);
      // Offered once more, it is new.
      if (offer?.state === "accepted" && !offer.run && offer.taking?.state === "done") {
        offer.state = "ended";
        offer.kept = 0;
      }
    },

    /** The room is left. */
    async close(): Promise<void> {
      const closing = [...givings].map((giving) => giving.close());
      for (const { taking } of offers.values()) {
        if (!taking) continue;
        taking.close();
        closing.push(taking.closed);
      }
      ports.clear();
      await Promise.all(closing);
    },
  };
}

/** A room's name as a part of a key. */
const placeOf = (room: string): string => room.replace(/[^\w-]/g, "_");
