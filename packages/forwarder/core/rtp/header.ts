import { readUint16, readUint32 } from "./bytes.ts";

const oneByteProfile = 0xbede;
/** RFC 8285, section 4.3: the lower four bits are the application's. */
const twoByteProfile = 0x100;

/**
 * The header of one RTP packet (RFC 3550, section 5.1; extensions: RFC 8285). One object is read into again and again, so that a
 * packet costs no memory; positions are those in the packet.
 */
export class RtpHeader {
  marker = false;
  payloadType = 0;
  sequenceNumber = 0;
  timestamp = 0;
  ssrc = 0;
  payloadAt = 0;
  /** Without padding. */
  payloadEnd = 0;
  /** How long the element is that `extension` found last. */
  foundLength = 0;
  #extensionsAt = 0;
  #extensionsEnd = 0;
  #elementHeader: 0 | 1 | 2 = 0;

  /** False when these bytes are not exactly one RTP packet: another version, or lengths that go over the end. */
  read(packet: Uint8Array): boolean {
    const length = packet.length;
    if (length < 12) return false;
    const first = packet[0] as number;
    if (first >> 6 !== 2) return false;
    const second = packet[1] as number;
    this.marker = second > 127;
    this.payloadType = second & 127;
    this.sequenceNumber = readUint16(packet, 2);
    this.timestamp = readUint32(packet, 4);
    this.ssrc = readUint32(packet, 8);
    let at = 12 + (first & 15) * 4;
    this.#elementHeader = 0;
    if ((first & 16) !== 0) {
      if (at + 4 > length) return false;
      const profile = readUint16(packet, at);
      const end = at + 4 + readUint16(packet, at + 2) * 4;
      this.#elementHeader = profile === oneByteProfile ? 1 : profile >> 4 === twoByteProfile ? 2 : 0;
      this.#extensionsAt = at + 4;
      this.#extensionsEnd = end;
      at = end;
    }
    if (at > length) return false;
    this.payloadAt = at;
    this.payloadEnd = length;
    if ((first & 32) !== 0) {
      const padding = packet[length - 1] as number;
      if (padding === 0 || at + padding > length) return false;
      this.payloadEnd = length - padding;
    }
    return true;
  }

  /** Where the data of that element begins (its length is `foundLength`), or -1. */
  extension(packet: Uint8Array, id: number | undefined): number {
    if (id === undefined || this.#elementHeader === 0) return -1;
    const end = this.#extensionsEnd;
    const isOneByte = this.#elementHeader === 1;
    for (let at = this.#extensionsAt; at < end; ) {
      const first = packet[at] as number;
      if (first === 0) {
        at++;
        continue;
      }
      let found: number;
      let length: number;
      if (isOneByte) {
        found = first >> 4;
        // Section 4.2: whatever follows 15 is not to be read.
        if (found === 15) return -1;
        length = (first & 15) + 1;
        at += 1;
      } else {
        if (at + 2 > end) return -1;
        found = first;
        length = packet[at + 1] as number;
        at += 2;
      }
      if (at + length > end) return -1;
      if (found === id) {
        this.foundLength = length;
        return at;
      }
      at += length;
    }
    return -1;
  }
}
