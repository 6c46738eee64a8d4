import type { ExtensionIds } from "../seams.ts";
import { writeUint16, writeUint24, writeUint32 } from "./bytes.ts";

/**
 * The header of all RTP packets of one place: what is the same in each is written once, the rest for each packet in place. -1
 * stands for an extension that this receiver has not negotiated.
 */
export class HeaderTemplate {
  readonly bytes: Uint8Array;
  readonly absoluteSendTimeAt: number;
  readonly transportSequenceAt: number;
  /** Where the element of the audio level begins, with its id. */
  readonly #levelAt: number;
  readonly #levelElement: readonly number[];

  constructor(ssrc: number, mid: string, kind: "audio" | "video", ids: ExtensionIds) {
    const level = kind === "audio" ? ids.audioLevel : undefined;
    const wanted: { id: number; data: number[]; name: "time" | "sequence" | "level" | "mid" }[] = [];
    if (ids.absoluteSendTime !== undefined)
      wanted.push({ id: ids.absoluteSendTime, data: [0, 0, 0], name: "time" });
    if (ids.transportSequenceNumber !== undefined)
      wanted.push({ id: ids.transportSequenceNumber, data: [0, 0], name: "sequence" });
    if (level !== undefined) wanted.push({ id: level, data: [0], name: "level" });
    if (ids.mid !== undefined)
      wanted.push({ id: ids.mid, data: [...mid].map((letter) => letter.charCodeAt(0)), name: "mid" });
    // Ids above 14 need the long form (RFC 8285, section 4.3).
    const isLong = wanted.some(({ id, data }) => id > 14 || data.length > 16);
    const elements: number[] = [];
    const at = { time: -1, sequence: -1, level: -1 };
    let levelElement: number[] = [];
    for (const { id, data, name } of wanted) {
      const start = elements.length;
      const head = isLong ? [id, data.length] : [(id << 4) | (data.length - 1)];
      elements.push(...head, ...data);
      if (name === "level") {
        at.level = 16 + start;
        levelElement = head;
      } else if (name !== "mid") at[name] = 16 + start + head.length;
    }
    while (elements.length % 4 !== 0) elements.push(0);
    this.bytes = new Uint8Array(elements.length === 0 ? 12 : 16 + elements.length);
    this.bytes[0] = elements.length === 0 ? 0x80 : 0x90;
    writeUint32(this.bytes, 8, ssrc);
    if (elements.length > 0) {
      writeUint16(this.bytes, 12, isLong ? 0x1000 : 0xbede);
      writeUint16(this.bytes, 14, elements.length / 4);
      this.bytes.set(elements, 16);
    }
    this.absoluteSendTimeAt = at.time;
    this.transportSequenceAt = at.sequence;
    this.#levelAt = at.level;
    this.#levelElement = levelElement;
  }

  /** The byte of RFC 6464, or -1: the packet came without, and padding stands in its place. */
  writeLevel(level: number): void {
    let at = this.#levelAt;
    if (at < 0) return;
    for (const byte of this.#levelElement) this.bytes[at++] = level < 0 ? 0 : byte;
    this.bytes[at] = level < 0 ? 0 : level;
  }

  /** Also the time of sending in 1/2^18 s, of which 24 bits count; -1 leaves it. */
  write(marker: boolean, payloadType: number, sequence: number, timestamp: number, sendTime: number): void {
    const bytes = this.bytes;
    bytes[1] = marker ? payloadType | 128 : payloadType;
    bytes[2] = sequence >> 8;
    bytes[3] = sequence;
    bytes[4] = timestamp >> 24;
    bytes[5] = timestamp >> 16;
    bytes[6] = timestamp >> 8;
    bytes[7] = timestamp;
    if (this.absoluteSendTimeAt >= 0) writeUint24(bytes, this.absoluteSendTimeAt, sendTime);
  }
}

/** `now` (ms) as abs-send-time: 6 bits of seconds, 18 of fraction. */
export function absoluteSendTime(now: number): number {
  return Math.floor((now % 64_000) * 262.144) & 0xffffff;
}
