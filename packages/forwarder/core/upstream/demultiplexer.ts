import { coreLimits } from "../limits.ts";
import { formatOf } from "../payload/inspect.ts";
import type { Publication } from "../publication.ts";
import { readText } from "../rtp/bytes.ts";
import type { RtpHeader } from "../rtp/header.ts";
import type { ExtensionIds, NegotiatedCodec } from "../seams.ts";
import type { PublisherClock } from "./clock.ts";
import { UpstreamStream } from "./stream.ts";

/** A stream, and which layer of which publication it is. */
export interface Inbound {
  readonly stream: UpstreamStream;
  readonly publication: Publication;
  layer: number;
  /** No packet has said the layer yet. */
  isGuess: boolean;
}

/**
 * Which stream a packet belongs to (RFC 9143, section 9.2; RFC 8853, section 5.4): by SSRC; a new one by the mid and rid in the
 * packet, by what the SDP said, or by a payload type that only one line has.
 */
export class Demultiplexer {
  readonly #bySsrc = new Map<number, Inbound>();
  readonly #clock: PublisherClock;
  #publications: ReadonlyMap<string, Publication> = new Map();
  #ids: ExtensionIds = {};

  constructor(clock: PublisherClock) {
    this.#clock = clock;
  }

  get streams(): ReadonlyMap<number, Inbound> {
    return this.#bySsrc;
  }

  /** By mid, as negotiated. Streams of lines that are gone end. */
  negotiated(publications: ReadonlyMap<string, Publication>, ids: ExtensionIds): void {
    this.#publications = publications;
    this.#ids = ids;
    const remaining = new Set(publications.values());
    for (const [ssrc, inbound] of this.#bySsrc) if (!remaining.has(inbound.publication)) this.remove(ssrc);
  }

  /** Undefined: nobody said what it is. `isNew` tells of a stream or layer that was not there before. */
  find(packet: Uint8Array, header: RtpHeader, now: number): Inbound | undefined {
    const known = this.#bySsrc.get(header.ssrc);
    if (known !== undefined && !known.isGuess) {
      if (known.stream.codec.payloadType !== header.payloadType && !this.#recode(known, header, now))
        return undefined;
      return known;
    }
    // Retransmissions of another kind (RFC 4588) were not asked for.
    if (header.extension(packet, this.#ids.repairedRid) >= 0) return undefined;
    const publication = known?.publication ?? this.#publicationOf(packet, header);
    if (publication === undefined) return undefined;
    const rids = publication.line.rids;
    const rid = this.#text(packet, header, this.#ids.rid);
    if (known !== undefined) {
      const said = rid === undefined ? -1 : rids.indexOf(rid);
      if (said >= 0) this.#place(known, said, false);
      return known;
    }
    const codec = codecOf(publication, header.payloadType);
    if (codec === undefined) return undefined;
    const layer = layerOf(publication, rid, header.ssrc);
    if (layer >= coreLimits.layers || !this.#makeRoom(now)) return undefined;
    const stream = new UpstreamStream(header.ssrc, publication.kind, codec, this.#clock, now);
    const inbound: Inbound = { stream, publication, layer: -1, isGuess: true };
    this.#bySsrc.set(header.ssrc, inbound);
    const isSaid = rids.length === 0 || (rid !== undefined && rids.includes(rid));
    this.#place(inbound, layer, !isSaid);
    return inbound;
  }

  /** That stream is over. */
  remove(ssrc: number): void {
    const inbound = this.#bySsrc.get(ssrc);
    if (inbound === undefined) return;
    this.#bySsrc.delete(ssrc);
    const { layers } = inbound.publication;
    if (layers[inbound.layer] === inbound.stream) layers[inbound.layer] = undefined;
    inbound.stream.end();
  }
  end(): void {
    for (const ssrc of [...this.#bySsrc.keys()]) this.remove(ssrc);
  }

  #place(inbound: Inbound, layer: number, isGuess: boolean): void {
    const { layers } = inbound.publication;
    if (inbound.layer !== layer) {
      if (layers[inbound.layer] === inbound.stream) layers[inbound.layer] = undefined;
      // A guess gives way to what is said; of two that say the same the later holds.
      layers[layer] = inbound.stream;
      inbound.layer = layer;
    }
    inbound.isGuess = isGuess;
  }

  #publicationOf(packet: Uint8Array, header: RtpHeader): Publication | undefined {
    const mid = this.#text(packet, header, this.#ids.mid);
    if (mid !== undefined) return this.#publications.get(mid);
    let byType: Publication | undefined;
    let count = 0;
    for (const publication of this.#publications.values()) {
      if (publication.line.ssrcs.includes(header.ssrc)) return publication;
      if (codecOf(publication, header.payloadType) === undefined) continue;
      byType = publication;
      count++;
    }
    return count === 1 ? byType : undefined;
  }

  #recode(inbound: Inbound, header: RtpHeader, now: number): boolean {
    const codec = codecOf(inbound.publication, header.payloadType);
    if (codec === undefined) return false;
    inbound.stream.recode(codec, now);
    return true;
  }

  #makeRoom(now: number): boolean {
    if (this.#bySsrc.size < coreLimits.streams) return true;
    let idle: UpstreamStream | undefined;
    for (const { stream } of this.#bySsrc.values())
      if (idle === undefined || stream.lastPacketAt < idle.lastPacketAt) idle = stream;
    if (idle === undefined || now - idle.lastPacketAt < coreLimits.idleStreamMs) return false;
    this.remove(idle.ssrc);
    return true;
  }

  #text(packet: Uint8Array, header: RtpHeader, id: number | undefined): string | undefined {
    const at = header.extension(packet, id);
    return at < 0 ? undefined : readText(packet, at, header.foundLength);
  }
}

function codecOf(publication: Publication, payloadType: number): NegotiatedCodec | undefined {
  const codec = publication.line.codecs.find((one) => one.payloadType === payloadType);
  return codec !== undefined && formatOf(publication.kind, codec.name) !== undefined ? codec : undefined;
}

/** By rid; else by the place among the SSRCs of the SDP; else the lowest that has not come: that is the one browsers name last. */
function layerOf(publication: Publication, rid: string | undefined, ssrc: number): number {
  const { rids, ssrcs } = publication.line;
  if (rids.length === 0) return 0;
  const byRid = rid === undefined ? -1 : rids.indexOf(rid);
  if (byRid >= 0) return byRid;
  const bySsrc = ssrcs.length === rids.length ? ssrcs.indexOf(ssrc) : -1;
  if (bySsrc >= 0) return bySsrc;
  const free = rids.findIndex((_, index) => publication.layers[index] === undefined);
  return Math.max(0, free);
}
