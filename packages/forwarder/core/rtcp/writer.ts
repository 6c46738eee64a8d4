import { readUint16, writeUint16, writeUint24, writeUint32 } from "../rtp/bytes.ts";
import { feedbackFormats, packetTypes, remb } from "./compound.ts";

/** A compound stays below this, so that it is one datagram everywhere. */
export const compoundBytes = 1_180;

/** One report block (RFC 3550, section 6.4.1), in numbers as on the wire. */
export interface ReportBlock {
  readonly source: number;
  readonly fractionLost: number;
  readonly totalLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastReport: number;
  readonly delay: number;
}

/** Writes RTCP packets one after the other into one compound. The bytes that `take` gives are good until the next write. */
export class RtcpWriter {
  readonly #bytes = new Uint8Array(1_500);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  /** Whether that many bytes more fit. */
  fits(bytes: number): boolean {
    return this.#length + bytes <= compoundBytes;
  }
  /** What was written; the next begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  senderReport(
    ssrc: number,
    ntpSeconds: number,
    ntpFraction: number,
    timestamp: number,
    packets: number,
    octets: number,
  ): void {
    const at = this.#begin(0, packetTypes.senderReport, 28);
    writeUint32(this.#bytes, at + 4, ssrc);
    writeUint32(this.#bytes, at + 8, ntpSeconds);
    writeUint32(this.#bytes, at + 12, ntpFraction);
    writeUint32(this.#bytes, at + 16, timestamp);
    writeUint32(this.#bytes, at + 20, packets);
    writeUint32(this.#bytes, at + 24, octets);
  }
  /** At most 31 blocks. */
  receiverReport(ssrc: number, blocks: readonly ReportBlock[]): void {
    let at = this.#begin(blocks.length, packetTypes.receiverReport, 8 + blocks.length * 24);
    writeUint32(this.#bytes, at + 4, ssrc);
    at += 8;
    for (const block of blocks) {
      writeUint32(this.#bytes, at, block.source);
      this.#bytes[at + 4] = block.fractionLost;
      writeUint24(this.#bytes, at + 5, block.totalLost);
      writeUint32(this.#bytes, at + 8, block.highestSequence);
      writeUint32(this.#bytes, at + 12, block.jitter);
      writeUint32(this.#bytes, at + 16, block.lastReport);
      writeUint32(this.#bytes, at + 20, block.delay);
      at += 24;
    }
  }
  /** One chunk with a CNAME of ASCII (RFC 3550, section 6.5). */
  sourceDescription(ssrc: number, name: string): void {
    // At least one zero ends the items.
    const size = (4 + 4 + 2 + name.length + 4) & ~3;
    const at = this.#begin(1, packetTypes.sourceDescription, size);
    this.#bytes.fill(0, at + 8, at + size);
    writeUint32(this.#bytes, at + 4, ssrc);
    this.#bytes[at + 8] = 1;
    this.#bytes[at + 9] = name.length;
    for (let i = 0; i < name.length; i++) this.#bytes[at + 10 + i] = name.charCodeAt(i);
  }
  goodbye(ssrc: number): void {
    const at = this.#begin(1, packetTypes.goodbye, 8);
    writeUint32(this.#bytes, at + 4, ssrc);
  }
  pictureLoss(sender: number, source: number): void {
    this.#feedback(feedbackFormats.pictureLoss, packetTypes.payloadFeedback, 12, sender, source);
  }
  /** `sequences` in rising order, modulo 2^16 (RFC 4585, section 6.2.1). */
  nack(sender: number, source: number, sequences: readonly number[]): void {
    const at = this.#feedback(feedbackFormats.nack, packetTypes.transportFeedback, 12, sender, source);
    let entry = at + 8;
    let first = -1;
    for (const sequence of sequences) {
      const distance = first < 0 ? 17 : (sequence - first) & 0xffff;
      if (distance > 16) {
        entry += 4;
        if (entry + 4 > this.#bytes.length) break;
        first = sequence;
        writeUint16(this.#bytes, entry, sequence);
        writeUint16(this.#bytes, entry + 2, 0);
      } else if (distance > 0)
        writeUint16(this.#bytes, entry + 2, readUint16(this.#bytes, entry + 2) | (1 << (distance - 1)));
    }
    this.#end(at, Math.max(entry + 4, at + 12));
  }
  estimatedMaximumBits(sender: number, bits: number, sources: readonly number[]): void {
    const size = 20 + sources.length * 4;
    const at = this.#feedback(feedbackFormats.application, packetTypes.payloadFeedback, size, sender, 0);
    let exponent = 0;
    while (bits / 2 ** exponent >= 2 ** 18) exponent++;
    writeUint32(this.#bytes, at + 12, remb);
    this.#bytes[at + 16] = sources.length;
    writeUint24(this.#bytes, at + 17, (exponent << 18) | Math.floor(bits / 2 ** exponent));
    for (let i = 0; i < sources.length; i++) writeUint32(this.#bytes, at + 20 + i * 4, sources[i] ?? 0);
  }
  /** A packet that somebody else wrote whole. */
  whole(packet: Uint8Array): void {
    this.#bytes.set(packet, this.#length);
    this.#length += packet.length;
  }

  #feedback(format: number, type: number, size: number, sender: number, source: number): number {
    const at = this.#begin(format, type, size);
    writeUint32(this.#bytes, at + 4, sender);
    writeUint32(this.#bytes, at + 8, source);
    return at;
  }
  #begin(count: number, type: number, size: number): number {
    const at = this.#length;
    this.#bytes[at] = 0x80 | count;
    this.#bytes[at + 1] = type;
    this.#end(at, at + size);
    return at;
  }
  #end(at: number, end: number): void {
    writeUint16(this.#bytes, at + 2, (end - at) / 4 - 1);
    this.#length = end;
  }
}
