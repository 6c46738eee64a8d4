import type { MakeCounterCrypto } from "./counter.ts";
import { type MasterKey, type SrtpProfile, sessionKeys } from "./keys.ts";
import { fastestCounter } from "./openssl-counter.ts";
import { indexOf, ReplayWindow } from "./replay.ts";
import { counterSealing, gcmSealing, type MakeGcm, nodeGcm, type PacketSealing } from "./sealing.ts";

/** Streams that one page may send or be sent, RTP and RTCP each. */
const mostStreams = 256;
/** RFC 3711, section 9.2: a key is good for so many control packets of one sender. */
const rtcpIndexes = 2 ** 31;

/** Where the payload of an RTP packet begins; undefined when it is none (RFC 3550, section 5.1). */
export function headerLengthOf(packet: Uint8Array): number | undefined {
  if (packet.length < 12 || ((packet[0] ?? 0) & 0xc0) !== 0x80) return undefined;
  let length = 12 + ((packet[0] ?? 0) & 15) * 4;
  if (((packet[0] ?? 0) & 0x10) !== 0) {
    if (packet.length < length + 4) return undefined;
    length += 4 + (((packet[length + 2] ?? 0) << 8) | (packet[length + 3] ?? 0)) * 4;
  }
  return length <= packet.length ? length : undefined;
}

const ssrcAt = (packet: Uint8Array, at: number): number =>
  (((packet[at] ?? 0) << 24) |
    ((packet[at + 1] ?? 0) << 16) |
    ((packet[at + 2] ?? 0) << 8) |
    (packet[at + 3] ?? 0)) >>>
  0;
const sequenceOf = (packet: Uint8Array): number => ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);

/** Whose cryptography it is done with. */
export interface Crypto {
  readonly gcm: MakeGcm;
  readonly counter: MakeCounterCrypto;
}
const usual: Crypto = { gcm: nodeGcm, counter: fastestCounter };

function sealingOf(profile: SrtpProfile, master: MasterKey, { gcm, counter }: Crypto): PacketSealing {
  const rtp = sessionKeys(profile, master, "rtp");
  const rtcp = sessionKeys(profile, master, "rtcp");
  return profile.name === "AEAD_AES_128_GCM"
    ? gcmSealing(rtp, rtcp, gcm)
    : counterSealing(rtp, rtcp, counter);
}

/** What one side sends (RFC 3711). */
export class SrtpSender {
  readonly #sealing: PacketSealing;
  readonly #mayRepeat: boolean;
  /** What each stream has sent. */
  readonly #streams = new Map<number, ReplayWindow>();
  #rtcpIndex = 0;

  constructor(profile: SrtpProfile, master: MasterKey, crypto: Crypto = usual) {
    this.#sealing = sealingOf(profile, master, crypto);
    this.#mayRepeat = profile.name === "AES128_CM_HMAC_SHA1_80";
  }

  get tagBytes(): number {
    return this.#sealing.tagBytes;
  }

  /**
   * Protects the RTP packet that `packet` holds up to `length`, in place; behind it there is room for `tagBytes`. False when it can't be
   * sent: under GCM no number is used twice, because the same nonce for another header gives the key away.
   */
  protect(packet: Uint8Array, headerLength: number, length: number): boolean {
    const ssrc = ssrcAt(packet, 8);
    const stream = this.#streams.get(ssrc);
    if (stream === undefined) {
      if (this.#streams.size >= mostStreams) return false;
      this.#streams.set(ssrc, new ReplayWindow(sequenceOf(packet)));
      this.#sealing.sealRtp(packet, headerLength, length, 0);
      return true;
    }
    const index = indexOf(sequenceOf(packet), stream.highest);
    if (index < 0 || (!this.#mayRepeat && !stream.isFresh(index))) return false;
    if (index > stream.highest || !this.#mayRepeat) stream.accept(index);
    this.#sealing.sealRtp(packet, headerLength, length, Math.floor(index / 65_536));
    return true;
  }

  /** A compound RTCP packet; undefined when the key is used up. */
  protectControl(packet: Uint8Array): Uint8Array | undefined {
    if (packet.length < 8 || this.#rtcpIndex >= rtcpIndexes) return undefined;
    return this.#sealing.sealRtcp(packet, this.#rtcpIndex++);
  }

  close(): void {
    this.#sealing.close();
  }
}

/** What one side receives (RFC 3711). */
export class SrtpReceiver {
  readonly #sealing: PacketSealing;
  readonly #rtp = new Map<number, ReplayWindow>();
  readonly #rtcp = new Map<number, ReplayWindow>();

  constructor(profile: SrtpProfile, master: MasterKey, crypto: Crypto = usual) {
    this.#sealing = sealingOf(profile, master, crypto);
  }

  /** The plain packet in memory of `allocate`; undefined when it is not authentic, came before or is too old. */
  open(sealed: Uint8Array, allocate: (bytes: number) => Uint8Array): Uint8Array | undefined {
    const headerLength = headerLengthOf(sealed);
    if (headerLength === undefined) return undefined;
    const ssrc = ssrcAt(sealed, 8);
    const window = this.#rtp.get(ssrc);
    if (window === undefined && this.#rtp.size >= mostStreams) return undefined;
    const index = window === undefined ? sequenceOf(sealed) : indexOf(sequenceOf(sealed), window.highest);
    if (window?.isFresh(index) === false) return undefined;
    const length = sealed.length - this.#sealing.tagBytes;
    if (length < headerLength) return undefined;
    const plain = allocate(length);
    if (!this.#sealing.openRtp(sealed, headerLength, Math.floor(index / 65_536), plain)) return undefined;
    if (window === undefined) this.#rtp.set(ssrc, new ReplayWindow(index));
    else window.accept(index);
    return plain;
  }

  /** The plain compound packet; undefined when it is not authentic or came before. */
  openControl(sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < 12) return undefined;
    const plain = this.#sealing.openRtcp(sealed);
    if (plain === undefined) return undefined;
    const tail =
      this.#sealing.tagBytes === 16 ? sealed.length - 4 : sealed.length - this.#sealing.tagBytes - 4;
    const index = ssrcAt(sealed, tail) & 0x7fff_ffff;
    const ssrc = ssrcAt(sealed, 4);
    const window = this.#rtcp.get(ssrc);
    if (window === undefined) {
      if (this.#rtcp.size >= mostStreams) return undefined;
      this.#rtcp.set(ssrc, new ReplayWindow(index));
      return plain;
    }
    if (!window.isFresh(index)) return undefined;
    window.accept(index);
    return plain;
  }

  close(): void {
    this.#sealing.close();
  }
}
