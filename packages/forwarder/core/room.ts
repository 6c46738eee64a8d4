import type { PeerId } from "@parlour/protocol";
import { choosePlaces, chooseStreams, type Published } from "./choice/choose.ts";
import { Connection } from "./connection.ts";
import { coreLimits } from "./limits.ts";
import { forgetTold, newPage, type Page } from "./page.ts";
import type { Publication } from "./publication.ts";
import { askForPackets, sendEstimate, sendReports, sendTransportFeedback } from "./reports.ts";
import { addCounters, countersOf, type PastCounters, statisticsOf } from "./room-statistics.ts";
import type {
  CreateRoom,
  ForwardingRoom,
  Negotiated,
  Random32,
  RoomInput,
  RoomOutput,
  RoomStatistics,
  TransportId,
} from "./seams.ts";

const tickMs = 20;
/** When no packet came for a while. */
const idleTickMs = 200;
const idleAfterMs = 5_000;
const feedbackMs = 50;
const chooseMs = 200;
const reportMs = 1_000;
const speakersMs = 300;
const mostSpeakers = 8;

/** Makes one room: packets in, packets out, and who sees what. */
export const createRoom: CreateRoom = ({ output, random }) => new Room(output, random);

class Room implements ForwardingRoom {
  nextAt = Number.POSITIVE_INFINITY;
  readonly #output: RoomOutput;
  readonly #random: Random32;
  readonly #pages = new Map<PeerId, Page>();
  readonly #connections = new Map<TransportId, Connection>();
  /** Negotiated before they were said to be connected. */
  readonly #early = new Map<TransportId, Negotiated>();
  /** What was forwarded in connections that are over. */
  readonly #past: PastCounters = {
    packetsIn: 0,
    bytesIn: 0,
    packetsOut: 0,
    bytesOut: 0,
    keyFrameRequests: 0,
    retransmitted: 0,
    lostUpstream: 0,
  };
  #isDirty = false;
  #lastPacketAt = Number.NEGATIVE_INFINITY;
  #feedbackAt = Number.NEGATIVE_INFINITY;
  #chosenAt = Number.NEGATIVE_INFINITY;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #speakersAt = Number.NEGATIVE_INFINITY;

  constructor(output: RoomOutput, random: Random32) {
    this.#output = output;
    this.#random = random;
  }

  get statistics(): RoomStatistics {
    return statisticsOf(this.#connections.values(), this.#past);
  }

  take(input: RoomInput, now: number): void {
    switch (input.type) {
      case "rtp":
        this.#rtp(input.transport, input.packet, now);
        return;
      case "rtcp":
        this.#connections.get(input.transport)?.rtcp(input.packet, now);
        return;
      case "tick":
        this.#tick(now);
        return;
      case "connected":
        this.#connected(input.peer, input.transport);
        break;
      case "negotiated":
        this.#negotiated(input.transport, input.lines);
        break;
      case "closed":
        this.#closed(input.transport);
        break;
      case "sources":
        this.#sources(input.peer, input.sources);
        break;
      case "wants":
        this.#wants(input.peer, input.pictures);
        break;
      case "refresh":
        this.#refresh(input.from, input.peer, input.source, now);
        return;
      case "resync":
        this.#resync(input.peer);
        break;
      case "evict":
        this.#evict(input.peer);
        break;
    }
    this.#isDirty = true;
    this.#schedule(now);
  }

  #rtp(transport: TransportId, packet: Uint8Array, now: number): void {
    const connection = this.#connections.get(transport);
    if (connection === undefined) return;
    if (now - this.#lastPacketAt > idleAfterMs) this.nextAt = now;
    this.#lastPacketAt = now;
    const inbound = connection.rtp(packet, now);
    // A stream that is new, or not measured yet.
    if (inbound !== undefined && inbound.stream.packets === 1) {
      this.#isDirty = true;
      this.nextAt = now;
    }
  }

  #page(peer: PeerId): Page | undefined {
    let page = this.#pages.get(peer);
    if (page === undefined) {
      if (this.#pages.size >= coreLimits.pages) return undefined;
      page = newPage(peer);
      this.#pages.set(peer, page);
    }
    return page;
  }

  #connected(peer: PeerId, transport: TransportId): void {
    if (this.#connections.has(transport)) return;
    const page = this.#page(peer);
    if (page === undefined) return;
    if (page.connection !== undefined) this.#closed(page.connection.transport);
    const connection = new Connection(transport, peer, this.#output, this.#random);
    page.connection = connection;
    forgetTold(page);
    this.#connections.set(transport, connection);
    const early = this.#early.get(transport);
    this.#early.delete(transport);
    if (early !== undefined) this.#negotiated(transport, early);
  }

  #negotiated(transport: TransportId, lines: Negotiated): void {
    const connection = this.#connections.get(transport);
    if (connection !== undefined) {
      connection.negotiated(lines);
      const page = this.#pages.get(connection.peer);
      if (page !== undefined) this.#markSending(page);
    } else if (this.#early.size < coreLimits.pages) this.#early.set(transport, lines);
  }

  #closed(transport: TransportId): void {
    this.#early.delete(transport);
    const connection = this.#connections.get(transport);
    if (connection === undefined) return;
    this.#connections.delete(transport);
    addCounters(this.#past, countersOf(connection));
    connection.end();
    const page = this.#pages.get(connection.peer);
    if (page?.connection === connection) page.connection = undefined;
  }

  #sources(peer: PeerId, sources: Extract<RoomInput, { type: "sources" }>["sources"]): void {
    const page = this.#page(peer);
    if (page === undefined) return;
    page.sources = new Map(Object.entries(sources).slice(0, coreLimits.sources));
    this.#markSending(page);
  }

  #wants(peer: PeerId, pictures: Extract<RoomInput, { type: "wants" }>["pictures"]): void {
    const page = this.#page(peer);
    if (page === undefined) return;
    page.wants = pictures.slice(0, coreLimits.pictures);
    page.wantsChanged = true;
  }

  #refresh(from: PeerId, peer: PeerId, source: string, now: number): void {
    const connection = this.#pages.get(from)?.connection;
    if (connection === undefined) return;
    for (const place of connection.places.values()) {
      const { assigned } = place;
      if (assigned?.peer !== peer || assigned.source !== source || assigned.kind !== "video") continue;
      connection.inbox.now = now;
      connection.inbox.keyFrameWanted(place.ssrc);
    }
    this.nextAt = Math.min(this.nextAt, now + tickMs);
  }

  #resync(peer: PeerId): void {
    const page = this.#pages.get(peer);
    if (page !== undefined) forgetTold(page);
  }

  #evict(peer: PeerId): void {
    const page = this.#pages.get(peer);
    if (page === undefined) return;
    if (page.connection !== undefined) this.#closed(page.connection.transport);
    this.#pages.delete(peer);
  }

  /** What the page said of its sources goes for its lines. What is no longer on stops at once. */
  #markSending(page: Page): void {
    for (const publication of page.connection?.publications.values() ?? []) {
      publication.sending = page.sources.get(publication.source)?.[publication.kind] ?? "none";
      if (publication.sending === "on") continue;
      for (const stream of publication.layers) stream?.end();
    }
  }

  #schedule(now: number): void {
    this.nextAt = Math.min(this.nextAt, now);
  }

  #tick(now: number): void {
    if (this.#connections.size === 0) {
      this.nextAt = Number.POSITIVE_INFINITY;
      this.#isDirty = false;
      return;
    }
    const isChoosing = this.#isDirty || now - this.#chosenAt >= chooseMs;
    if (isChoosing) this.#choose(now);
    const isFeedbackDue = now - this.#feedbackAt >= feedbackMs;
    if (isFeedbackDue) this.#feedbackAt = now;
    const isReportDue = now - this.#reportedAt >= reportMs;
    if (isReportDue) this.#reportedAt = now;
    for (const connection of this.#connections.values()) {
      if (isFeedbackDue) sendTransportFeedback(connection);
      askForPackets(connection, now);
      if (isReportDue) sendReports(connection, now);
    }
    this.nextAt = now + (now - this.#lastPacketAt > idleAfterMs ? idleTickMs : tickMs);
  }

  #choose(now: number): void {
    const isMeasuring = now - this.#chosenAt >= chooseMs;
    const published = this.#published();
    if (this.#isDirty) this.#tellTracks();
    this.#isDirty = false;
    if (isMeasuring) {
      this.#chosenAt = now;
      for (const { loudness, layers } of published.sounds)
        loudness.update(layers[0]?.level ?? 127, layers[0]?.levelAt ?? Number.NEGATIVE_INFINITY, now);
      if (now - this.#speakersAt >= speakersMs) this.#tellSpeakers(published.sounds, now);
    }
    for (const page of this.#pages.values()) {
      const { connection } = page;
      if (connection === undefined) continue;
      const message = choosePlaces(page, connection, published, !page.isToldPlaces);
      if (message !== undefined) {
        page.isToldPlaces = true;
        this.#output.tell(page.peer, message);
      }
      if (isMeasuring) connection.measure(now);
      const isShort = chooseStreams(page, connection, now);
      if (!isMeasuring) continue;
      connection.downlink.tick(connection.sentBits, isShort, now);
      if (connection.extensions.transportSequenceNumber === undefined) sendEstimate(connection, now);
    }
  }

  #published(): Published {
    const sounds: Publication[] = [];
    const pictures = new Map<string, Publication>();
    for (const connection of this.#connections.values())
      for (const publication of connection.publications.values()) {
        if (publication.sending === "none") continue;
        if (publication.kind === "audio") sounds.push(publication);
        else pictures.set(`${publication.peer}/${publication.source}`, publication);
      }
    return { sounds, pictures };
  }

  #tellTracks(): void {
    const all = [...this.#pages.values()].flatMap(({ peer, sources, connection }) =>
      [...sources].flatMap(([source, said]) => {
        // What has no line yet can't be passed on.
        const has = { audio: false, video: false };
        for (const publication of connection?.publications.values() ?? [])
          if (publication.source === source) has[publication.kind] = true;
        const audio = has.audio ? said.audio : ("none" as const);
        const video = has.video ? said.video : ("none" as const);
        return audio === "none" && video === "none" ? [] : [{ peer, source, audio, video }];
      }),
    );
    for (const page of this.#pages.values()) {
      if (page.connection === undefined) continue;
      const tracks = all.filter(({ peer }) => peer !== page.peer);
      const text = JSON.stringify(tracks);
      if (text === page.toldTracks) continue;
      page.toldTracks = text;
      this.#output.tell(page.peer, { type: "tracks", tracks });
    }
  }

  #tellSpeakers(sounds: readonly Publication[], now: number): void {
    this.#speakersAt = now;
    const loudestOf = new Map<PeerId, number>();
    for (const { peer, loudness, sending } of sounds)
      if (sending === "on" && loudness.isSpeaking)
        loudestOf.set(peer, Math.max(loudestOf.get(peer) ?? 0, loudness.score));
    const speakers = [...loudestOf]
      .map(([peer, score]) => ({ peer, level: 127 - Math.round(score) }))
      .sort((a, b) => a.level - b.level)
      .slice(0, mostSpeakers);
    // Steps of 5 dB: a page shows no more.
    const text = speakers.map(({ peer, level }) => `${peer} ${Math.round(level / 5)}`).join();
    for (const page of this.#pages.values()) {
      if (page.connection === undefined || page.toldSpeakers === text) continue;
      page.toldSpeakers = text;
      this.#output.tell(page.peer, { type: "speakers", speakers });
    }
  }
}
