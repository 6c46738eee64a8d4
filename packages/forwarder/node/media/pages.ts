import { type KeyObject, randomInt } from "node:crypto";
import {
  type FromForwarder,
  forwardingLimits,
  type PeerId,
  parseToForwarder,
  type ToForwarder,
} from "@parlour/protocol";
import type { IceCredentials } from "../../core/ice/lite.ts";
import { answerOffer } from "../../core/sdp/answer.ts";
import { type Refusal, readOffer } from "../../core/sdp/offer.ts";
import type {
  CreateRoom,
  ForwardingRoom,
  RoomMessage,
  RoomStatistics,
  TransportId,
} from "../../core/seams.ts";
import type { Reach } from "../engine-api.ts";
import { type ConnectionEnd, PageConnection } from "./connection.ts";
import { inspectedOf } from "./inspected.ts";
import { candidatesOf, newCredentials } from "./local-ice.ts";
import type { Mux } from "./mux.ts";
import { type Negotiation, newNegotiation, ssrcOf } from "./negotiation.ts";
import { Readable } from "./readable.ts";
import type { Slab } from "./slab.ts";

/** How often silence is looked for, ms. */
const sweepMs = 1000;
/** A page is told what is known of it twice a second at most, with some room for the way. */
const inspectMs = 400;

export interface PagesSetup {
  readonly createRoom: CreateRoom;
  readonly certificate: { readonly der: Uint8Array; readonly fingerprint: string };
  readonly privateKey: KeyObject;
  readonly port: () => number;
  /** Before each ufrag of this thread, so that others know whose it is. */
  readonly prefix: string;
  readonly mux: Mux;
  readonly slab: Slab;
  readonly scratch: (bytes: number) => Uint8Array;
  readonly now: () => number;
  readonly send: (room: string, peer: PeerId, message: FromForwarder) => void;
  readonly onFault: (error: unknown) => void;
}

/** A page as its room's engine knows it. */
interface Page {
  readonly room: Room;
  readonly peer: PeerId;
  reach: Reach;
  connection: PageConnection | undefined;
  /** Of `connection`. */
  negotiation: Negotiation | undefined;
  /** The connection that the last offer was for. */
  lastNumber: number;
  /** It said that it begins anew: its numbers may, too. */
  isFresh: boolean;
  /** The highest `n` of each list that it said. */
  sourcesN: number;
  wantsN: number;
  /** Ours. */
  told: number;
  inspectedAt: number;
  readonly readable: Readable;
}

interface Room {
  readonly name: string;
  readonly core: ForwardingRoom;
  readonly pages: Map<PeerId, Page>;
}

/** The rooms of one thread: what pages say to them, and their connections. */
export class Pages {
  readonly #setup: PagesSetup;
  readonly #rooms = new Map<string, Room>();
  readonly #connections = new Map<TransportId, PageConnection>();
  #transports = 0;
  #sweepAt: number;
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(setup: PagesSetup) {
    this.#setup = setup;
    this.#sweepAt = setup.now() + sweepMs;
  }

  open(name: string): void {
    if (this.#rooms.has(name)) return;
    const core = this.#setup.createRoom({
      output: {
        rtp: (to, header, payload) => this.#connections.get(to)?.sendRtp(header, payload),
        rtcp: (to, packet) => this.#connections.get(to)?.sendRtcp(packet),
        tell: (peer, message) => this.#tell(name, peer, message),
      },
      random: () => randomInt(2 ** 32),
    });
    this.#rooms.set(name, { name, core, pages: new Map() });
  }

  admit(name: string, peer: PeerId, reach: Reach): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    const page = room.pages.get(peer);
    if (page !== undefined) {
      page.reach = reach;
      return;
    }
    room.pages.set(peer, {
      room,
      peer,
      reach,
      connection: undefined,
      negotiation: undefined,
      lastNumber: -1,
      isFresh: true,
      sourcesN: -1,
      wantsN: -1,
      told: 0,
      inspectedAt: Number.NEGATIVE_INFINITY,
      readable: new Readable(this.#setup.now()),
    });
  }

  receive(name: string, peer: PeerId, payload: Uint8Array): void {
    const page = this.#rooms.get(name)?.pages.get(peer);
    const message = page && parseToForwarder(Buffer.from(payload).toString("utf8"));
    if (page !== undefined && message !== undefined) this.#said(page, message);
  }

  /** The page lost its server connection, or is another one: its numbers may begin anew, and it hears everything again. */
  resync(name: string, peer: PeerId): void {
    const page = this.#rooms.get(name)?.pages.get(peer);
    if (page === undefined) return;
    page.isFresh = true;
    page.sourcesN = -1;
    page.wantsN = -1;
    this.#into(page.room, { type: "resync", peer });
  }

  evict(name: string, peer: PeerId): void {
    const room = this.#rooms.get(name);
    const page = room?.pages.get(peer);
    if (room === undefined || page === undefined) return;
    room.pages.delete(peer);
    page.connection?.end("evicted", this.#setup.now());
    this.#into(room, { type: "evict", peer });
  }

  close(name: string): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    for (const peer of [...room.pages.keys()]) this.evict(name, peer);
    this.#rooms.delete(name);
  }

  /** When `tick` is due, ms. */
  get nextAt(): number {
    return Math.min(this.#sweepAt, this.#nextAt);
  }

  tick(now: number): void {
    if (now < this.nextAt) return;
    const isSweeping = now >= this.#sweepAt;
    if (isSweeping) this.#sweepAt = now + sweepMs;
    let next = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections.values()) {
      if (isSweeping || connection.nextAt <= now) {
        connection.tick(now);
        if (isSweeping) this.#setup.mux.sweep(connection, now);
      }
      next = Math.min(next, connection.nextAt);
    }
    for (const room of this.#rooms.values()) {
      if (room.core.nextAt <= now) this.#into(room, { type: "tick" });
      next = Math.min(next, room.core.nextAt);
    }
    this.#nextAt = next;
  }

  get statistics(): {
    readonly rooms: number;
    readonly connections: number;
    readonly perRoom: Readonly<Record<string, RoomStatistics>>;
  } {
    return {
      rooms: this.#rooms.size,
      connections: [...this.#connections.values()].filter(({ isConnected }) => isConnected).length,
      perRoom: Object.fromEntries([...this.#rooms.values()].map(({ name, core }) => [name, core.statistics])),
    };
  }

  /** Ends every connection, with a goodbye. */
  closeAll(): void {
    for (const name of [...this.#rooms.keys()]) this.close(name);
  }

  #said(page: Page, message: ToForwarder): void {
    const { room, peer } = page;
    switch (message.type) {
      case "offer":
        this.#offered(page, message);
        return;
      case "sources":
        if (message.n <= page.sourcesN) return;
        page.sourcesN = message.n;
        this.#into(room, { type: "sources", peer, sources: message.sources });
        return;
      case "wants":
        if (message.n <= page.wantsN) return;
        page.wantsN = message.n;
        this.#into(room, { type: "wants", peer, pictures: message.pictures });
        return;
      case "refresh":
        this.#into(room, { type: "refresh", from: peer, peer: message.peer, source: message.source });
        return;
      case "inspect": {
        const now = this.#setup.now();
        if (now - page.inspectedAt < inspectMs) return;
        page.inspectedAt = now;
        const inspected = inspectedOf(room.core.statistics, peer, message.n);
        if (inspected !== undefined) this.#send(page, inspected);
        return;
      }
      case "bye":
        if (page.connection?.number === message.connection) page.connection.end("closed", this.#setup.now());
        return;
      default:
        message satisfies never;
    }
  }

  #offered(page: Page, message: Extract<ToForwarder, { readonly type: "offer" }>): void {
    const { connection: number, n, sends } = message;
    const fail = (refusal: Refusal): void =>
      this.#send(page, { type: "failed", connection: number, n, ...refusal, again: false });
    if (number < page.lastNumber && !page.isFresh) return;
    const sdp = page.readable.read(message.sdp, this.#setup.now());
    if (sdp === undefined) {
      const most = forwardingLimits.descriptionCharacters;
      fail({
        code: "too-large",
        detail: `The offer is none, too many, or has more than ${most} characters.`,
      });
      return;
    }
    const offer = readOffer(sdp, sends);
    if ("code" in offer) {
      fail(offer);
      return;
    }
    const { remote } = offer;
    const { connection, negotiation } = page;
    const isSame =
      connection !== undefined &&
      negotiation !== undefined &&
      connection.number === number &&
      remote.fingerprints.some((one) => connection.fingerprints.includes(one));
    if (isSame && n <= negotiation.n) {
      // It did not hear the answer.
      if (n === negotiation.n && sdp === negotiation.offer)
        this.#send(page, { type: "answer", connection: number, n, sdp: negotiation.answer });
      return;
    }
    const own = isSame ? negotiation : newNegotiation();
    const local = !isSame
      ? newCredentials(this.#setup.prefix)
      : connection.ice.remoteUfrag === remote.ufrag
        ? connection.ice.local
        : newCredentials(this.#setup.prefix);
    const answer = answerOffer(offer, {
      local: {
        ...local,
        fingerprint: this.#setup.certificate.fingerprint,
        candidates: candidatesOf(page.reach, this.#setup.port()),
      },
      version: own.version + 1,
      session: own.session,
      ssrcOf: (mid) => ssrcOf(own.ssrcs, mid),
      withTransportCc: true,
    });
    if ("code" in answer) {
      fail(answer);
      return;
    }
    own.version++;
    own.n = n;
    own.offer = sdp;
    own.answer = answer.sdp;
    own.lines = answer.lines;
    page.lastNumber = number;
    page.isFresh = false;
    let current: PageConnection;
    if (isSame) {
      current = connection;
      if (current.ice.local !== local) current.ice.restart(local, remote.ufrag);
    } else {
      connection?.end("closed", this.#setup.now());
      current = this.#connect(page, number, local, remote);
      page.connection = current;
      page.negotiation = own;
    }
    own.ufrags.add(local.ufrag);
    this.#setup.mux.register(current, [local.ufrag]);
    this.#send(page, { type: "answer", connection: number, n, sdp: answer.sdp });
    if (current.isConnected)
      this.#into(page.room, { type: "negotiated", transport: current.transport, lines: answer.lines });
  }

  #connect(
    page: Page,
    number: number,
    local: IceCredentials,
    remote: Parameters<typeof answerOffer>[0]["remote"],
  ): PageConnection {
    const { room, peer } = page;
    const { certificate, privateKey, slab, scratch, now } = this.#setup;
    const transport = ++this.#transports;
    const connection: PageConnection = new PageConnection({
      transport,
      number,
      local,
      remote,
      certificate: certificate.der,
      privateKey,
      now: now(),
      allocate: slab.take,
      scratch,
      events: {
        connected: () => {
          this.#into(room, { type: "connected", peer, transport });
          const lines = page.connection === connection ? page.negotiation?.lines : undefined;
          if (lines !== undefined) this.#into(room, { type: "negotiated", transport, lines });
        },
        rtp: (packet, at) => this.#into(room, { type: "rtp", transport, packet }, at),
        rtcp: (packet, at) => this.#into(room, { type: "rtcp", transport, packet }, at),
        ended: (why) => this.#ended(page, connection, why),
      },
    });
    this.#connections.set(transport, connection);
    return connection;
  }

  #ended(page: Page, connection: PageConnection, why: ConnectionEnd): void {
    this.#connections.delete(connection.transport);
    const isCurrent = page.connection === connection;
    this.#setup.mux.forget(
      connection,
      isCurrent ? [...(page.negotiation?.ufrags ?? [])] : connection.ice.ufrags,
    );
    this.#into(page.room, { type: "closed", transport: connection.transport, why });
    if (!isCurrent) return;
    page.connection = undefined;
    page.negotiation = undefined;
    if (why !== "silent" && why !== "handshake") return;
    this.#send(page, {
      type: "failed",
      connection: connection.number,
      code: "lost",
      detail: why === "silent" ? "Nothing was heard for 30 s." : "The handshake failed.",
      again: true,
    });
  }

  #into(room: Room, input: Parameters<ForwardingRoom["take"]>[0], now = this.#setup.now()): void {
    try {
      room.core.take(input, now);
    } catch (error) {
      // One page's packet must not end the others' media.
      this.#setup.onFault(error);
    }
    this.#nextAt = Math.min(this.#nextAt, room.core.nextAt);
  }

  #tell(name: string, peer: PeerId, message: RoomMessage): void {
    const page = this.#rooms.get(name)?.pages.get(peer);
    if (page === undefined) return;
    switch (message.type) {
      case "tracks":
        this.#send(page, { ...message, n: ++page.told });
        return;
      case "places":
        if (page.connection !== undefined)
          this.#send(page, { ...message, connection: page.connection.number, n: ++page.told });
        return;
      case "speakers":
        this.#send(page, message);
        return;
      default:
        message satisfies never;
    }
  }

  #send(page: Page, message: FromForwarder): void {
    this.#setup.send(page.room.name, page.peer, message);
  }
}
