import { uplinkShares } from "../../../core/media/uplink.ts";
import type { Peer, PeerId, Source } from "../../api.ts";
import type { PassingSetup, Sources } from "../driver.ts";
import { type Kind, kinds, type Wants } from "../state.ts";
import { keepOnly, type Outlet, outletFor, outletKey, send, setSize } from "./outlet.ts";
import { Unheard } from "./unheard.ts";
import { type Ask, mostAsks, originOf, type PassedLine } from "./wire.ts";

/** Bits per second for all pictures that are passed on, beside this page's own. */
const passBits = 6_000_000;
/** Who was served may still ask for so long: until then it has the same from another page, or by link. */
const lingerMs = 20_000;

/** How high a picture comes changes without a word. */
const sizeMs = 2_000;

/** One picture that goes to one page. */
interface Copy {
  readonly outlet: Outlet;
  readonly height: number;
}

/** What this page passes on, and to whom: what each of those asks for whom the room's plan gives it. */
export class PassingOn {
  readonly #setup: PassingSetup;
  readonly #asks = new Map<PeerId, readonly Ask[]>();
  /** Until when that page is served, ms; undefined: it never was. */
  readonly #servedUntil = new Map<PeerId, number>();
  /** What was said to each last. */
  readonly #said = new Map<PeerId, string>();
  /** What was asked of each, for all. */
  readonly #wanted = new Map<PeerId, string>();
  /** Connections whose descriptions are waited for. */
  readonly #heard = new WeakSet<RTCPeerConnection>();
  readonly #unheard: Unheard;
  /** Sound that goes on to somebody. */
  readonly #sounds = new Set<MediaStreamTrack>();
  /** Something is to be passed on and has not come yet. */
  isWaiting = false;
  #timer: (() => void) | undefined;

  constructor(setup: PassingSetup) {
    this.#setup = setup;
    this.#unheard = new Unheard(setup);
  }

  get isServing(): boolean {
    return [...this.#asks].some(([id, asks]) => asks.length > 0 && this.#isServed(id));
  }

  /** Kept also from a page that the plan does not give to this one yet: it may have heard of that sooner. */
  asked(id: PeerId, asks: readonly Ask[]): void {
    this.#asks.set(id, asks);
    this.#said.delete(id);
  }

  /** The channels to it are open again: what it asked for is asked again, and what it has is said anew. */
  opened(id: PeerId): void {
    this.#said.delete(id);
    this.#wanted.delete(id);
  }

  remove(id: PeerId): void {
    for (const map of [this.#asks, this.#servedUntil, this.#said, this.#wanted]) map.delete(id);
  }

  /** This page serves these from now on. */
  serve(ids: readonly PeerId[]): void {
    const { clock } = this.#setup;
    for (const id of ids) this.#servedUntil.set(id, clock.now() + lingerMs);
  }
  #isServed(id: PeerId): boolean {
    return (this.#servedUntil.get(id) ?? 0) > this.#setup.clock.now();
  }

  /** What is wanted of that peer's pictures here and by those who have them by way of this page. */
  wantsOf(id: PeerId): Wants {
    const wants: Record<string, number> = { ...this.#setup.wantsOf(id) };
    for (const [by, asks] of this.#asks) {
      if (!this.#isServed(by)) continue;
      for (const [peer, source, height] of asks)
        if (peer === id && Object.hasOwn(wants, source))
          wants[source] = Math.max(wants[source] as number, height);
    }
    return wants;
  }

  /** Brings everything in line with what is asked for, what there is, and what the connections are. */
  look(): void {
    const { peers, mesh } = this.#setup;
    this.isWaiting = false;
    this.#sounds.clear();
    const copies = new Map<string, Copy[]>();
    for (const id of new Set([...this.#servedUntil.keys(), ...this.#said.keys()])) {
      const isServed = this.#isServed(id);
      if (!isServed) this.#servedUntil.delete(id);
      this.#pass(id, peers.get(id), isServed ? (this.#asks.get(id) ?? []) : undefined, copies);
      if (!isServed) this.#said.delete(id);
    }
    this.#unheard.play(this.#sounds);
    this.#size(copies);
    this.#timer?.();
    this.#timer = copies.size > 0 ? this.#setup.clock.after(sizeMs, this.#setup.onChange) : undefined;
    for (const peer of peers.values()) {
      const wants = this.wantsOf(peer.id);
      const text = JSON.stringify(wants);
      const before = this.#wanted.get(peer.id) ?? JSON.stringify(this.#setup.wantsOf(peer.id));
      if (text === before) continue;
      this.#wanted.set(peer.id, text);
      mesh.want(peer, wants);
    }
  }

  /** Nobody has anything by way of this page any more. */
  close(): void {
    this.#asks.clear();
    this.look();
  }

  /** `asked`: undefined when it is served no more. */
  #pass(
    id: PeerId,
    peer: Peer | undefined,
    asked: readonly Ask[] | undefined,
    copies: Map<string, Copy[]>,
  ): void {
    const asks = asked ?? [];
    const connection = peer?.link.state === "connected" ? peer.link.connection : undefined;
    if (!peer || !connection) {
      this.#said.delete(id);
      return;
    }
    this.#listen(connection);
    const origin = originOf(connection, "local");
    if (origin === undefined) return;
    const passed: PassedLine[] = [];
    const kept = new Set<Outlet>();
    for (const [of, source, height] of asks)
      for (const kind of kinds) {
        const line = this.#line(connection, id, of, source, kind, height, copies);
        if (!line) continue;
        passed.push(line.passed);
        if (line.outlet) kept.add(line.outlet);
      }
    keepOnly(connection, kept);
    // What else there is to ask for: who is served may have no link to them.
    const isAsked = (of: PeerId, source: Source) => asks.some((one) => one[0] === of && one[1] === source);
    if (asked)
      for (const of of this.#setup.peers.keys())
        for (const [source, said] of Object.entries((of !== id && this.#toldOf(of)) || {}))
          for (const kind of kinds)
            if (said[kind] !== "none" && !isAsked(of, source) && passed.length < 2 * mostAsks)
              passed.push(["", of, source, kind, said[kind]]);
    const text = JSON.stringify([origin, passed]);
    if (this.#said.get(id) === text) return;
    this.#said.set(id, text);
    this.#setup.tell({ origin, passed }, peer);
  }

  #line(
    connection: RTCPeerConnection,
    to: PeerId,
    of: PeerId,
    source: Source,
    kind: Kind,
    height: number,
    copies: Map<string, Copy[]>,
  ): { passed: PassedLine; outlet: Outlet | undefined } | undefined {
    const sending = this.#toldOf(of)?.[source]?.[kind] ?? "none";
    if (sending === "none" || of === to) return undefined;
    const isWanted = kind === "audio" || height > 0;
    const receiver = sending === "on" && isWanted ? this.#setup.mesh.receiver(of, source, kind) : undefined;
    this.isWaiting ||= sending === "on" && isWanted && !receiver;
    const key = outletKey(of, source, kind);
    const track = receiver?.track ?? null;
    let outlet: Outlet | undefined;
    try {
      outlet = outletFor(connection, key, `${of} ${source}`, kind, track, this.#setup.createStream);
    } catch (error) {
      // A connection that is going: the next one is given everything anew.
      this.#setup.log("passing-refused", String(error));
    }
    if (outlet) {
      send(outlet, track);
      if (kind === "audio" && track) this.#sounds.add(track);
      if (kind === "video") {
        const id = `${of} ${source}`;
        copies.set(id, [...(copies.get(id) ?? []), { outlet, height }]);
      }
    }
    // Named once the other side has answered, and so knows the line.
    const isAgreed = outlet !== undefined && outlet.transceiver.currentDirection !== null;
    const mid = (isAgreed && outlet?.transceiver.mid) || "";
    return { passed: [mid, of, source, kind, sending], outlet };
  }

  /** What that peer publishes, as long as it comes here. */
  #toldOf(id: PeerId): Sources | undefined {
    const { peers, mesh } = this.#setup;
    return peers.get(id)?.link.state === "connected" ? mesh.told(id) : undefined;
  }

  #size(copies: Map<string, Copy[]>): void {
    for (const [id, all] of copies) {
      const sent = all.find(({ outlet }) => outlet.sent !== null)?.outlet.sent;
      const height = sent?.getSettings().height;
      const isScreen = id.endsWith(" screen");
      const shares = uplinkShares(
        all.map((copy) => copy.height),
        height,
        isScreen,
        passBits / copies.size,
      );
      for (const [i, { outlet }] of all.entries()) {
        const share = shares[i];
        if (share) setSize(outlet, share);
      }
    }
  }

  /** A media line is known once it is agreed on, and nothing else tells of that. */
  #listen(connection: RTCPeerConnection): void {
    if (this.#heard.has(connection)) return;
    this.#heard.add(connection);
    connection.addEventListener("signalingstatechange", () => this.#setup.onChange());
  }
}
