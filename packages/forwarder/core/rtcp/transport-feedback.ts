import { readUint16, readUint24, writeUint16, writeUint24, writeUint32 } from "../rtp/bytes.ts";

/*
 * Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): which of the packets of a connection arrived,
 * and when. Times on the wire are in steps of 250 µs, the reference in steps of 64 ms.
 */

/** Packets of one feedback packet, in rising order. Arrays are used again. */
export interface TransportFeedback {
  count: number;
  readonly sequences: Uint16Array;
  /** ms of the receiver's clock; NaN: did not arrive. */
  readonly arrivals: Float64Array;
}

const stepsPerMs = 4;
const stepsOfReference = 256;
/** The reference is signed and has 24 bits. */
const referenceWrap = 2 ** 24;

/** Reads what follows the media SSRC. False: it does not add up. */
export function readTransportFeedback(
  packet: Uint8Array,
  at: number,
  end: number,
  into: TransportFeedback,
): boolean {
  into.count = 0;
  if (at + 8 > end) return false;
  const first = readUint16(packet, at);
  const count = readUint16(packet, at + 2);
  if (count > into.sequences.length) return false;
  let time = readUint24(packet, at + 4) * stepsOfReference;
  let next = at + 8;
  let read = 0;
  // The symbols first: 1 and 2 say how long each delta is.
  while (read < count) {
    if (next + 2 > end) return false;
    const chunk = readUint16(packet, next);
    next += 2;
    const isVector = chunk > 0x7fff;
    const bits = (chunk & 0x4000) !== 0 ? 2 : 1;
    const length = Math.min(count - read, isVector ? 14 / bits : chunk & 0x1fff);
    if (length === 0) return false;
    for (let i = 0; i < length; i++, read++) {
      const symbol = isVector ? (chunk >> (14 - bits * (i + 1))) & (2 ** bits - 1) : (chunk >> 13) & 3;
      into.sequences[read] = first + read;
      into.arrivals[read] = symbol;
    }
  }
  for (let i = 0; i < count; i++) {
    const symbol = into.arrivals[i];
    if (symbol === 1) {
      if (next + 1 > end) return false;
      time += packet[next] as number;
      next += 1;
    } else if (symbol === 2) {
      if (next + 2 > end) return false;
      time += (readUint16(packet, next) << 16) >> 16;
      next += 2;
    }
    into.arrivals[i] = symbol === 1 || symbol === 2 ? time / stepsPerMs : Number.NaN;
  }
  into.count = count;
  return true;
}

/** Of one feedback packet; with 2 bytes for each delta and the longest chunks that stays below 1,100 bytes. */
const mostPackets = 400;

/**
 * What arrived on one connection, and the feedback about it. A packet that comes after its neighbours were reported is reported
 * again with what follows it, as senders expect.
 */
export class TransportArrivals {
  /** By sequence number, unwrapped, modulo the size. */
  readonly #steps = new Float64Array(4_096).fill(-1);
  readonly #sequences = new Int32Array(4_096).fill(-1);
  readonly #bytes = new Uint8Array(1_300);
  readonly #symbols = new Uint8Array(mostPackets);
  readonly #deltas = new Int32Array(mostPackets);
  #highest = -1;
  #next = -1;
  #feedbackCount = 0;

  arrived(sequenceNumber: number, now: number): void {
    let sequence: number;
    if (this.#highest < 0) {
      // Numbers before the first may still come.
      sequence = sequenceNumber + 65_536;
      this.#highest = sequence;
      this.#next = sequence;
    } else sequence = this.#highest + (((sequenceNumber - this.#highest) << 16) >> 16);
    const slot = sequence & 4_095;
    if (sequence > this.#highest) this.#highest = sequence;
    else if (sequence <= this.#highest - 2_048 || this.#sequences[slot] === sequence) return;
    if (sequence < this.#next) this.#next = sequence;
    if (this.#highest - this.#next > 2_048) this.#next = this.#highest - 2_048;
    this.#sequences[slot] = sequence;
    this.#steps[slot] = Math.round(now * stepsPerMs);
  }

  /** Whether there is something to report. */
  get isDue(): boolean {
    return this.#highest >= this.#next && this.#highest >= 0;
  }

  /** One whole RTCP packet about what is not reported yet; undefined when there is nothing. The bytes are good until the next call. */
  feedback(sender: number, source: number): Uint8Array | undefined {
    let first = this.#next;
    while (first <= this.#highest && this.#sequences[first & 4_095] !== first) first++;
    if (first > this.#highest || this.#highest < 0) return undefined;
    const reference = Math.floor((this.#steps[first & 4_095] as number) / stepsOfReference);
    let time = reference * stepsOfReference;
    let count = 0;
    let sequence = first;
    for (; sequence <= this.#highest && count < mostPackets; sequence++, count++) {
      const slot = sequence & 4_095;
      if (this.#sequences[slot] !== sequence) {
        this.#symbols[count] = 0;
        continue;
      }
      const delta = (this.#steps[slot] as number) - time;
      // What doesn't fit in 16 bits begins the next packet.
      if (delta < -32_768 || delta > 32_767) break;
      this.#symbols[count] = delta >= 0 && delta <= 255 ? 1 : 2;
      this.#deltas[count] = delta;
      time += delta;
    }
    // Missing ones at the end may still come; they belong to the next.
    while (count > 0 && this.#symbols[count - 1] === 0) count--;
    this.#next = first + count;
    return this.#write(sender, source, first, count, reference);
  }

  #write(sender: number, source: number, first: number, count: number, reference: number): Uint8Array {
    const bytes = this.#bytes;
    bytes[0] = 0x80 | 15;
    bytes[1] = 205;
    writeUint32(bytes, 4, sender);
    writeUint32(bytes, 8, source);
    writeUint16(bytes, 12, first);
    writeUint16(bytes, 14, count);
    writeUint24(bytes, 16, ((reference % referenceWrap) + referenceWrap) % referenceWrap);
    bytes[19] = this.#feedbackCount++;
    let at = 20;
    for (let i = 0; i < count; ) {
      const symbol = this.#symbols[i] as number;
      let run = 1;
      while (i + run < count && this.#symbols[i + run] === symbol) run++;
      // A chunk of single bits holds 14, so a run must be longer to be worth one; the same with 7 and two bits.
      if (run >= (symbol === 2 ? 7 : 14) || i + run === count) {
        writeUint16(bytes, at, (symbol << 13) | run);
        i += run;
      } else i += this.#writeVector(at, i, count);
      at += 2;
    }
    for (let i = 0; i < count; i++) {
      if (this.#symbols[i] === 1) bytes[at++] = this.#deltas[i] as number;
      else if (this.#symbols[i] === 2) {
        writeUint16(bytes, at, (this.#deltas[i] as number) & 0xffff);
        at += 2;
      }
    }
    // Padded to whole words, as senders (libwebrtc) do and readers expect: the bit says so and the last byte how much.
    const padding = (4 - (at & 3)) & 3;
    if (padding > 0) {
      bytes[0] = 0xa0 | 15;
      bytes.fill(0, at, at + padding - 1);
      at += padding;
      bytes[at - 1] = padding;
    }
    writeUint16(bytes, 2, at / 4 - 1);
    return bytes.subarray(0, at);
  }

  /** A status vector; how many packets it says something about. */
  #writeVector(at: number, from: number, count: number): number {
    const most = Math.min(14, count - from);
    let isNarrow = true;
    for (let i = 0; i < most; i++) if (this.#symbols[from + i] === 2) isNarrow = false;
    const length = isNarrow ? most : Math.min(7, most);
    let chunk = isNarrow ? 0x8000 : 0xc000;
    for (let i = 0; i < length; i++) {
      const symbol = this.#symbols[from + i] as number;
      chunk |= isNarrow ? symbol << (13 - i) : symbol << (12 - 2 * i);
    }
    writeUint16(this.#bytes, at, chunk);
    return length;
  }
}
