import type { Random } from "@parlour/testkit";
import { type RtcpVisitor, readRtcp } from "../rtcp/compound.ts";
import { RtcpWriter } from "../rtcp/writer.ts";
import { writeUint16, writeUint24, writeUint32 } from "../rtp/bytes.ts";
import type { ExtensionIds, SendingLine } from "../seams.ts";

/** What a packet of these publishers carries, so that a viewer can tell what it got. */
export interface Content {
  readonly publisher: number;
  readonly layer: number;
  readonly frame: number;
  readonly part: number;
  readonly parts: number;
  readonly isKey: boolean;
}
/** The content stands after the frame's clear begin. */
const contentBytes = 12;
export const keyFrameBytes = 10;

export const ids: ExtensionIds = {
  mid: 1,
  rid: 2,
  audioLevel: 3,
  absoluteSendTime: 4,
  transportSequenceNumber: 5,
};
export const codecs = {
  vp8: { payloadType: 96, name: "VP8", clockRate: 90_000 },
  opus: { payloadType: 111, name: "opus", clockRate: 48_000 },
} as const;

interface Layer {
  readonly ssrc: number;
  readonly rid: string | undefined;
  readonly height: number;
  readonly timestampOffset: number;
  readonly sent: Map<number, Uint8Array>;
  sequence: number;
  frame: number;
  pictureId: number;
  baseLayerIndex: number;
  isKeyWanted: boolean;
  isOn: boolean;
  packets: number;
}

/** A page that sends one picture in layers, or sound: VP8 or Opus as browsers packetise them, with contents that can be checked. */
export class SimulatedPublisher {
  readonly number: number;
  readonly kind: "audio" | "video";
  readonly layers: Layer[];
  readonly line: SendingLine;
  /** Of a page whose clock is its own. */
  readonly ntpOffsetMs: number;
  keyFrameRequests = 0;
  level: number | undefined = 30;
  readonly #random: Random;
  readonly #withIds: boolean;
  readonly #send: (packet: Uint8Array) => void;
  readonly #sendRtcp: (packet: Uint8Array) => void;
  readonly #transport: { sequence: number };
  #now = 0;

  constructor(
    random: Random,
    {
      number,
      kind,
      layers,
      mid,
      source,
    }: { number: number; kind: "audio" | "video"; layers: number; mid: string; source: string },
    transport: { sequence: number },
    send: (packet: Uint8Array) => void,
    sendRtcp: (packet: Uint8Array) => void,
  ) {
    this.#random = random;
    this.#send = send;
    this.#sendRtcp = sendRtcp;
    this.#transport = transport;
    this.number = number;
    this.kind = kind;
    this.ntpOffsetMs = random.int(-1e6, 1e6) + 3_000_000_000_000;
    this.#withIds = random.chance(0.8);
    const offset = random.pick([0, 2 ** 32 - 30_000, random.int(0, 2 ** 32 - 1)]);
    this.layers = Array.from({ length: layers }, (_, index) => ({
      ssrc: random.int(1, 2 ** 32 - 1),
      rid: layers > 1 ? ["q", "h", "f"][index] : undefined,
      height: 180 << index,
      timestampOffset: random.chance(0.5) ? offset : random.int(0, 2 ** 32 - 1),
      sent: new Map(),
      sequence: random.pick([65_500, random.int(0, 65_535)]),
      frame: 0,
      pictureId: random.pick([32_760, random.int(0, 32_767)]),
      baseLayerIndex: random.int(0, 255),
      isKeyWanted: true,
      isOn: true,
      packets: 0,
    }));
    this.line = {
      mid,
      source,
      kind,
      codecs: [kind === "video" ? codecs.vp8 : codecs.opus],
      rids: this.layers.flatMap(({ rid }) => rid ?? []),
      ssrcs: [],
    };
  }

  /** Takes a picture, or 20 ms of sound, and sends it in each layer. */
  take(now: number): void {
    this.#now = now;
    for (const [index, layer] of this.layers.entries()) {
      if (!layer.isOn) continue;
      if (this.kind === "audio") this.#packet(layer, index, { part: 0, parts: 1, isKey: false });
      else {
        const isKey = layer.isKeyWanted;
        layer.isKeyWanted = false;
        const parts = isKey ? this.#random.int(2, 5) : this.#random.int(1, 3);
        for (let part = 0; part < parts; part++) this.#packet(layer, index, { part, parts, isKey });
        layer.pictureId = (layer.pictureId + 1) & 0x7fff;
        layer.baseLayerIndex = (layer.baseLayerIndex + 1) & 255;
      }
      layer.frame++;
    }
  }

  /** What senders probe with: packets of padding alone. */
  probe(now: number, count: number): void {
    this.#now = now;
    for (const layer of this.layers)
      for (let i = 0; i < count && layer.packets > 0; i++) this.#emit(layer, new Uint8Array(0), false, 200);
  }

  report(now: number): void {
    for (const layer of this.layers) {
      const ntpMs = now + this.ntpOffsetMs;
      const writer = new RtcpWriter();
      const seconds = Math.floor(ntpMs / 1_000);
      writer.senderReport(
        layer.ssrc,
        seconds >>> 0,
        Math.floor((ntpMs / 1_000 - seconds) * 2 ** 32) >>> 0,
        this.#timestamp(layer, now),
        layer.packets,
        0,
      );
      this.#sendRtcp(writer.take().slice());
    }
  }

  /** Answers what the room asks for. */
  rtcp(packet: Uint8Array): void {
    const nothing = (): void => {};
    const visitor: RtcpVisitor = {
      senderReport: nothing,
      reportBlock: nothing,
      goodbye: nothing,
      estimatedMaximumBits: nothing,
      transportFeedback: nothing,
      nack: (source, sequence, mask) => {
        const layer = this.layers.find(({ ssrc }) => ssrc === source);
        for (let bit = -1; bit < 16; bit++) {
          if (bit >= 0 && (mask & (1 << bit)) === 0) continue;
          const sent = layer?.sent.get((sequence + bit + 1) & 0xffff);
          if (sent !== undefined) this.#send(sent.slice());
        }
      },
      keyFrameWanted: (source) => {
        const layer = this.layers.find(({ ssrc }) => ssrc === source);
        if (layer === undefined) return;
        this.keyFrameRequests++;
        layer.isKeyWanted = true;
      },
    };
    readRtcp(packet, visitor);
  }

  #timestamp(layer: Layer, now: number): number {
    const rate = this.kind === "video" ? 90 : 48;
    return (layer.timestampOffset + Math.round(now * rate)) >>> 0;
  }

  #packet(
    layer: Layer,
    index: number,
    { part, parts, isKey }: { part: number; parts: number; isKey: boolean },
  ): void {
    const descriptor: number[] = [];
    if (this.kind === "video") {
      const start = part === 0 ? 0x10 : 0;
      if (this.#withIds)
        descriptor.push(
          0x80 | start,
          0xc0,
          0x80 | (layer.pictureId >> 8),
          layer.pictureId & 255,
          layer.baseLayerIndex,
        );
      else descriptor.push(start);
      if (part === 0 && isKey)
        descriptor.push(0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 1, layer.height & 255, layer.height >> 8);
      else if (part === 0) descriptor.push(0x11, 0, 0);
    }
    const payload = new Uint8Array(descriptor.length + contentBytes + this.#random.int(0, 40));
    payload.set(descriptor);
    const at = descriptor.length;
    payload.set([0xc0, this.number, index, part, parts, isKey ? 1 : 0], at);
    writeUint32(payload, at + 6, layer.frame);
    this.#emit(layer, payload, this.kind === "video" ? part === parts - 1 : false, 0);
  }

  #emit(layer: Layer, payload: Uint8Array, marker: boolean, padding: number): void {
    const elements = new Uint8Array(20);
    const mid = this.line.mid;
    elements.set([0x10 | (mid.length - 1), mid.charCodeAt(0)]);
    if (layer.rid !== undefined) elements.set([0x20, layer.rid.charCodeAt(0)], 2);
    if (this.level !== undefined) elements.set([0x30, 0x80 | this.level], 4);
    elements[6] = 0x42;
    writeUint24(elements, 7, Math.floor((this.#now % 64_000) * 262.144) & 0xffffff);
    elements[10] = 0x51;
    writeUint16(elements, 11, this.#transport.sequence++ & 0xffff);
    const packet = new Uint8Array(12 + 4 + elements.length + payload.length + padding);
    packet[0] = 0x90 | (padding > 0 ? 0x20 : 0);
    packet[1] = this.line.codecs[0]?.payloadType ?? 0;
    if (marker) packet[1] = (packet[1] as number) | 128;
    writeUint16(packet, 2, layer.sequence);
    writeUint32(packet, 4, this.#timestamp(layer, this.#now));
    writeUint32(packet, 8, layer.ssrc);
    writeUint16(packet, 12, 0xbede);
    writeUint16(packet, 14, elements.length / 4);
    packet.set(elements, 16);
    packet.set(payload, 16 + elements.length);
    if (padding > 0) packet[packet.length - 1] = padding;
    // Padding is not sent again: browsers keep none of it.
    if (padding === 0) layer.sent.set(layer.sequence, packet);
    layer.sent.delete((layer.sequence - 1_000) & 0xffff);
    layer.sequence = (layer.sequence + 1) & 0xffff;
    layer.packets++;
    this.#send(packet);
  }
}

/** Reads the content back; undefined: a packet of nothing but padding. */
export function contentOf(payload: Uint8Array, kind: "audio" | "video"): Content | undefined {
  if (payload.length === 0) return undefined;
  let at = 0;
  if (kind === "video") {
    const first = payload[0] as number;
    at = (first & 0x80) !== 0 ? 5 : 1;
    if ((first & 0x10) !== 0) at += ((payload[at] as number) & 1) === 0 ? keyFrameBytes : 3;
  }
  if (payload[at] !== 0xc0) throw new Error("the payload is not what was sent");
  const [, publisher = 0, layer = 0, part = 0, parts = 0, isKey = 0] = payload.subarray(at, at + 6);
  const view = new DataView(payload.buffer, payload.byteOffset);
  return { publisher, layer, part, parts, isKey: isKey === 1, frame: view.getUint32(at + 6) };
}
