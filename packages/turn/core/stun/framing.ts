import { readUint16, readUint32 } from "./decode.ts";
import { headerBytes, magicCookie } from "./registry.ts";

/** What remains of a stream when its whole frames are taken out. */
export interface Cut {
  readonly frames: readonly Uint8Array[];
  readonly rest: Uint8Array;
  /** How long `rest` must be for another cut to find more. */
  readonly needs: number;
}

/**
 * Cuts a stream into STUN messages and ChannelData (RFC 8656, section 3.1 and 12.5: padded to four bytes over TCP and TLS; the
 * padding stays on the frame). Undefined when what comes is neither, or longer than `largest`: the stream can't be read any further.
 */
export function cutFrames(bytes: Uint8Array, largest: number): Cut | undefined {
  const frames: Uint8Array[] = [];
  let at = 0;
  let needs = 4;
  while (bytes.length - at >= 4) {
    const first = bytes[at] ?? 0;
    const length = readUint16(bytes, at + 2);
    let size: number;
    if (first < 4) {
      size = headerBytes + length;
      if ((length & 3) !== 0) return undefined;
      if (bytes.length - at >= 8 && readUint32(bytes, at + 4) !== magicCookie) return undefined;
    } else if (first >= 0x40 && first < 0x80) {
      size = 4 + ((length + 3) & ~3);
    } else return undefined;
    if (size > largest) return undefined;
    if (bytes.length - at < size) {
      // The magic cookie is looked at before the rest is waited for.
      needs = first < 4 && bytes.length - at < 8 ? 8 : size;
      break;
    }
    frames.push(bytes.subarray(at, at + size));
    at += size;
  }
  // A first byte that begins nothing need not wait for three more.
  const next = bytes[at];
  if (next !== undefined && next >= 4 && (next < 0x40 || next >= 0x80)) return undefined;
  return { frames, rest: bytes.subarray(at), needs: next === undefined ? 1 : needs };
}
