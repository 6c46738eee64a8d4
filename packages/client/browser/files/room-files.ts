import { limits } from "@parlour/protocol";
import { browserEdge, sourcesOf } from "@parlour/transfer/browser";
import { base64url, fromBase64url, type Signer } from "@parlour/transfer/core";
import {
  createExchange,
  type Giving as DriverGiving,
  type Taking as DriverTaking,
  type OfferEntry,
  type PortInput,
} from "@parlour/transfer/driver";
import type { Channel, JsonValue, Peer, PeerId } from "../api.ts";
import type { FilesSetup } from "../seams.ts";
import type {
  AcceptOptions,
  Giving,
  KeptTransfer,
  Offer,
  Offerable,
  OfferOptions,
  RoomFiles,
  Taking,
} from "./api.ts";
import { type Lane, laneCarrier } from "./lane.ts";
import { callPacer } from "./pace.ts";
import { fileOf, givingView, offerView, takingView } from "./views.ts";

/** What is loaded of files, behind the names that callers know from the start. */
export interface LoadedFiles extends Omit<RoomFiles, "offer" | "on"> {
  offer(id: string, files: readonly Offerable[], options: OfferOptions): Giving;
  add(lane: Lane): void;
  remove(id: PeerId): void;
  close(): void;
}

export function loadedFiles(setup: FilesSetup, onChange: () => void): LoadedFiles {
  const { hub, own, address, emit, log } = setup;
  const edge = browserEdge();
  const channel: Channel = hub.channel("parlour:files", "exactly-once");
  const lanes: Channel = hub.channel("parlour:lanes", "exactly-once");
  const pages = new Map<
    PeerId,
    { readonly lane: Lane; readonly input: PortInput; heardOfLanes(message: unknown): void; close(): void }
  >();
  /** Everyone who was here since this page came: who offered something may have left. */
  const known = new Map<PeerId, Peer>();
  const offers = new WeakMap<OfferEntry<File>, Offer>();
  const takings = new WeakMap<DriverTaking<File>, Taking>();
  const givings = new Map<DriverGiving, Giving>();
  /** Where what was accepted goes besides. */
  const streams = new WeakMap<OfferEntry<File>, AcceptOptions["into"]>();
  const signer = (): Signer | undefined => {
    const identity = own.membership?.identity;
    const key = identity && fromBase64url(identity.sign);
    if (!identity || !key) return undefined;
    return {
      key,
      sign: async (bytes) =>
        new Uint8Array(await crypto.subtle.sign("Ed25519", identity.keys.sign.privateKey, bytes)),
    };
  };
  const random = new Uint32Array(1);
  const exchange = createExchange<File>(
    {
      edge,
      room: address.name,
      self: () => own.me.id,
      now: Date.now,
      after,
      random: () => (crypto.getRandomValues(random)[0] ?? 0) / 2 ** 32,
      makeId,
      ...(own.membership && {
        signer: () => signer() as Signer,
        isKeyOf: async (key: Uint8Array<ArrayBuffer>, seat: string) =>
          base64url((await edge.hashing.sha256(key)).subarray(0, 16)) === seat,
      }),
      log: (event, peer) => log.add(event, peer as PeerId),
    },
    {
      onOffer(entry) {
        // What was accepted before a reload goes on by itself.
        if (entry.isResumed && entry.state === "open" && !entry.taking) exchange.accept(entry);
        emit("offer", viewOf(entry));
      },
      onChange,
    },
  );
  const peerOf = (id: string | undefined): Peer | undefined => known.get(id as PeerId);
  const giverOf = ({ offeredBy, message }: OfferEntry<File>): Peer => {
    const [first] = offeredBy;
    const id = offeredBy.has(message.giver) ? message.giver : (first ?? message.giver);
    return (peerOf(id) ?? peerOf(message.giver) ?? { id, name: "" }) as Peer;
  };
  const takingOf = (taking: DriverTaking<File>): Taking => {
    const { offer } = taking;
    const view = takings.get(taking) ?? takingView(taking, () => giverOf(offer), streams.get(offer));
    takings.set(taking, view);
    return view;
  };
  const viewOf = (entry: OfferEntry<File>): Offer => {
    const accept = (into: AcceptOptions["into"]): Taking => {
      // Before anybody hears that it was accepted, and looks at the taking.
      if (entry.state !== "accepted") streams.set(entry, into);
      return takingOf(exchange.accept(entry));
    };
    const view = offers.get(entry) ?? offerView(entry, exchange, () => giverOf(entry), accept);
    offers.set(entry, view);
    return view;
  };

  channel.on("message", (data, peer) => pages.get(peer.id)?.input.message(data));
  lanes.on("message", (data, peer) => pages.get(peer.id)?.heardOfLanes(data));

  return {
    get givings() {
      return [...exchange.givings].flatMap((one) => givings.get(one) ?? []);
    },
    get offers() {
      return [...exchange.offers.values()].filter(({ state }) => state === "open").map(viewOf);
    },
    get takings() {
      return [...exchange.offers.values()].flatMap(({ taking }) => (taking ? [takingOf(taking)] : []));
    },
    async kept() {
      return (await exchange.kept()).map((entry): KeptTransfer => {
        const { manifest, bytes, head } = entry;
        return {
          id: manifest.id,
          name: manifest.name,
          size: manifest.cut.size,
          files: manifest.files.map(fileOf),
          bytes,
          isWhole: head.isWhole,
          async share() {
            const taking = takingOf(exchange.share(entry));
            await taking.done;
            return taking;
          },
          discard: () => exchange.discard(entry),
        };
      });
    },
    offer(id, files, { to, signal, thumbnail }) {
      const sources = sourcesOf(files, { storage: edge.storage, filesMost: limits.transferFiles, makeId });
      const giving = exchange.offer(sources, {
        id,
        ...(to && { to: [to].flat().map((peer) => (peer as Peer).id) }),
        ...(thumbnail && { thumbnail }),
      });
      const view = givingView(id, giving, peerOf);
      givings.set(giving, view);
      if (signal?.aborted) giving.cancel();
      signal?.addEventListener("abort", () => giving.cancel(), { once: true });
      onChange();
      return view;
    },
    add(lane) {
      const { peer } = lane;
      this.remove(peer.id);
      known.set(peer.id, peer);
      const pacer = callPacer(() => peer.link.connection);
      // Its channel may be open already, and says so before the exchange has a port for it.
      let input: PortInput | undefined;
      const carrier = laneCarrier(lane, {
        control: (message) => {
          channel.send(message as JsonValue, { to: peer }).catch(() => {});
        },
        onOpen: (isOpen) => input?.lane(isOpen),
        onFrame: (bytes) => input?.frame(bytes),
        pace: (bytes) => pacer.pace(bytes),
        lanes: {
          isOfferer: own.me.id < peer.id,
          say: (message) => {
            lanes.send(message as JsonValue, { to: peer }).catch(() => {});
          },
          now: () => performance.now(),
          after,
        },
      });
      input = exchange.connect(peer.id, carrier);
      pages.set(peer.id, {
        lane,
        input,
        heardOfLanes: (message) => carrier.heardOfLanes(message),
        close() {
          carrier.close();
          pacer.close();
        },
      });
    },
    remove(id) {
      const page = pages.get(id);
      if (!page) return;
      pages.delete(id);
      page.close();
      page.input.gone();
    },
    close() {
      void exchange.close();
      for (const page of pages.values()) page.close();
      pages.clear();
    },
  };
}

const after = (ms: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};
const makeId = (): string => base64url(crypto.getRandomValues(new Uint8Array(16)));
