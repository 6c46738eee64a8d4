import type { PeerId, Source } from "../../api.ts";
import type { ForwardingDriver, PassingSetup, Sources } from "../driver.ts";
import { type Kind, kinds } from "../state.ts";
import { Inlet, isUsed } from "./inlet.ts";
import { PassingOn } from "./passing-on.ts";
import { type Expected, Standstill } from "./standstill.ts";
import { type Ask, mostAsks, mostHeight, readAsks, readPassed, readPassers } from "./wire.ts";

/** Without a link to who serves this page for so long, the others are asked to send by link. */
const lostMs = 1_500;
/** and for so long, the server is told. */
const missesMs = 5_000;
/** What somebody publishes is remembered for so long when nobody tells of it any more: who serves this page may be another just now. */
const knownMs = 10_000;

/**
 * Media over pages of the room that pass it on (decision 21). Each page sends its own by link to all of those, and takes what the others send
 * from the one that the plan gives it; who passes on takes everything by link. Everything goes over the links that are there.
 */
export function peerDriver(setup: PassingSetup): ForwardingDriver {
  const { mesh, peers, clock } = setup;
  const inlet = new Inlet(peers);
  const out = new PassingOn(setup);
  /** What each passer was asked for last. */
  const saidAsks = new Map<PeerId, string>();
  let isOver = false;
  /** Since when nobody serves this page; undefined while somebody does. */
  let unservedSince: number | undefined = clock.now();
  /** Who was to serve it then. */
  let lastOwn: PeerId | undefined;
  /** What each page publishes, and when that was told last. */
  const heard = new Map<PeerId, { readonly sources: Sources; readonly at: number }>();

  /** What was asked may be lost. */
  const stale = new Set<PeerId>();
  let read: { raw: unknown; passers: ReturnType<typeof readPassers> } | undefined;
  const plan = () => {
    const raw = setup.passers();
    if (read?.raw !== raw || !read) read = { raw, passers: readPassers(raw) };
    const { passers } = read;
    const self = setup.self();
    const own = Object.keys(passers).find((id) => passers[id]?.includes(self));
    return { passers, self, own, isPasser: Object.hasOwn(passers, self) };
  };
  const isLinked = (id: PeerId | undefined): id is PeerId =>
    id !== undefined && peers.get(id)?.link.state === "connected";

  /** Whether somebody serves this page now; remembers since when not. */
  const isServed = (): boolean => {
    const { own, isPasser } = plan();
    const isFine = isPasser || isLinked(own);
    // The link to another one may have to open first.
    if (isFine) unservedSince = undefined;
    else if (unservedSince === undefined || own !== lastOwn) {
      unservedSince = clock.now();
      for (const ms of [lostMs, missesMs]) clock.after(ms + 20, setup.onChange);
    }
    lastOwn = own;
    return isFine;
  };
  /** Nobody serves this page for so long. */
  const isUnserved = (ms: number): boolean => !isServed() && clock.now() - (unservedSince ?? 0) >= ms;
  const isDirect = (id: PeerId, way: "from" | "to"): boolean => {
    const { passers, own, self, isPasser } = plan();
    const serves = (passer: PeerId, served: PeerId): boolean => passers[passer]?.includes(served) === true;
    if (way === "to" ? Object.hasOwn(passers, id) || serves(self, id) : isPasser || own === id) return true;
    // Who is not in the plan knows nothing of it.
    return !Object.hasOwn(passers, id) && !Object.values(passers).some((all) => all.includes(id));
  };

  /** Those who may have something for this page: the one that serves it first, then who did before. */
  const sourcesOf = (): PeerId[] => {
    const { own } = plan();
    return [...new Set([...(own === undefined ? [] : [own]), ...inlet.passers])];
  };
  const receiver = (id: PeerId, source: Source, kind: Kind): RTCRtpReceiver | undefined => {
    for (const passer of sourcesOf()) {
      const found = inlet.receiverFrom(passer, id, source, kind);
      if (found) return found;
    }
    return undefined;
  };

  /** What that peer publishes: as its link tells or told, or, where that rests, as this passer does. */
  const toldBy = (passer: PeerId, id: PeerId): Sources =>
    (peers.get(id)?.link.state === "resting" ? undefined : mesh.told(id)) ?? inlet.toldBy(passer, id) ?? {};
  const asksOf = (passer: PeerId): Ask[] => {
    const { own } = plan();
    const asks: Ask[] = [];
    for (const id of peers.keys()) {
      if (id === passer) continue;
      const sources = toldBy(passer, id);
      const wants = setup.wantsOf(id);
      for (const [source, said] of Object.entries(sources)) {
        const height = Object.hasOwn(wants, source) ? (wants[source] as number) : mostHeight;
        const isSeen = kinds.some((kind) => {
          if (said[kind] !== "on" || (kind === "video" && height === 0)) return false;
          const brings = inlet.receiverFrom(passer, id, source, kind);
          return brings !== undefined && setup.isShown(brings);
        });
        if (isSeen || (passer === own && !isDirect(id, "from"))) asks.push([id, source, height]);
      }
    }
    return asks.slice(0, mostAsks);
  };
  const ask = (): void => {
    for (const passer of sourcesOf()) {
      const peer = peers.get(passer);
      if (!peer) {
        inlet.forget(passer);
        saidAsks.delete(passer);
        continue;
      }
      if (peer.link.state !== "connected") continue;
      const asks = isOver ? [] : asksOf(passer);
      const text = JSON.stringify(asks);
      if (stale.delete(passer) || text !== (saidAsks.get(passer) ?? "[]")) {
        saidAsks.set(passer, text);
        setup.tell({ asks }, peer);
      }
      if (asks.length === 0 && passer !== plan().own) inlet.forget(passer);
    }
  };
  const lineKey = (passer: PeerId | undefined, id: PeerId, source: Source, kind: Kind): string =>
    `${passer} ${id} ${source} ${kind}`;
  /** What the others send, as far as it is to come by way of the one that serves this page. */
  const expected = (): Expected[] => {
    const { own } = plan();
    const passer = isLinked(own) ? peers.get(own)?.link.connection : undefined;
    if (own === undefined || !passer) return [];
    const all: Expected[] = [];
    for (const [id, { link }] of peers) {
      if (isDirect(id, "from")) continue;
      const wants = setup.wantsOf(id);
      for (const [source, said] of Object.entries(toldBy(own, id)))
        for (const kind of kinds) {
          if (said[kind] !== "on" || (kind === "video" && Object.hasOwn(wants, source) && !wants[source]))
            continue;
          const [brings, byLink] = [
            inlet.receiverFrom(own, id, source, kind),
            mesh.receiver(id, source, kind),
          ];
          all.push({
            key: lineKey(own, id, source, kind),
            of: id,
            passed: brings && { connection: passer, receiver: brings },
            direct: link.connection && byLink && { connection: link.connection, receiver: byLink },
          });
        }
    }
    return all;
  };
  const standstill = new Standstill(clock, expected, setup.onChange);
  /** As those who pass on told it, the first that did. */
  const passedOf = (id: PeerId): Sources | undefined => {
    for (const passer of sourcesOf()) {
      const told = inlet.toldBy(passer, id);
      if (told) return told;
    }
    return undefined;
  };
  const look = (): void => {
    const { passers, self } = plan();
    isServed();
    for (const id of peers.keys()) {
      const sources = isLinked(id) ? mesh.told(id) : passedOf(id);
      if (sources) heard.set(id, { sources, at: clock.now() });
    }
    out.serve(passers[self] ?? []);
    ask();
    out.look();
  };

  return {
    told(id) {
      // So that nobody waits for it there.
      return standstill.has(id) ? undefined : passedOf(id);
    },
    receiver,
    isUsed,
    isDirect,
    lacks: (id, source, kind) =>
      standstill.has(id, lineKey(plan().own, id, source, kind)) ||
      !sourcesOf().some((passer) => inlet.lineFrom(passer, id, source, kind)),
    get isUp() {
      const { own } = plan();
      return isServed() && (own === undefined || inlet.has(own));
    },
    get isLost() {
      return isUnserved(lostMs);
    },
    get misses() {
      return isUnserved(missesMs) || standstill.isFault ? plan().own : undefined;
    },
    get lacksLinks() {
      return isUnserved(plan().own === undefined ? lostMs : missesMs) || standstill.isFault;
    },
    known(id) {
      const last = heard.get(id);
      return last && clock.now() - last.at < knownMs ? last.sources : undefined;
    },
    needs(id) {
      const isPasser = Object.hasOwn(plan().passers, id);
      return plan().own === id || (isDirect(id, "to") && (!isPasser || setup.publications.size > 0));
    },
    get isServing() {
      return out.isServing;
    },
    get isWaiting() {
      return out.isWaiting || inlet.isWaiting;
    },
    wantsOf: (id) => out.wantsOf(id),
    take(id, value) {
      const asks = readAsks(value);
      const passed = asks ? undefined : readPassed(value);
      if (passed) {
        const isOwn = plan().own === id;
        // The first word of who serves this page: what was asked before that may not have been heard.
        if (isOwn && !inlet.has(id)) stale.add(id);
        if (isOwn || inlet.has(id)) inlet.said(id, passed);
      } else if (!asks) return false;
      else {
        out.asked(id, asks.asks);
      }
      setup.onChange();
      return true;
    },
    opened(id) {
      if (saidAsks.has(id)) stale.add(id);
      out.opened(id);
    },
    sync: async () => look(),
    want: look,
    look,
    remove(id) {
      inlet.forget(id);
      saidAsks.delete(id);
      heard.delete(id);
      out.remove(id);
    },
    receive() {},
    resync() {},
    restart() {},
    close() {
      if (isOver) return;
      isOver = true;
      standstill.close();
      ask();
      out.close();
    },
  };
}
