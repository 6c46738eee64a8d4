/**
 * The header of one packet of a signal stream. It travels in clear in front of the (sealed) body and is authenticated with it.
 *
 * ```
 *  byte 0       1: the body goes on in the next packet; 0: it ends here; other values are dropped
 *  bytes 1-4    stream tag, big-endian: from which page to which page this is meant
 *  bytes 5-8    number of this packet, counted from 1; 0: no body, only an acknowledgement
 *  bytes 9-12   acknowledgement: the number of the last packet taken in order, 0 for none
 *  bytes 13-    body, sealed
 * ```
 */
export interface PacketHeader {
  readonly isContinued: boolean;
  readonly tag: number;
  readonly number: number;
  readonly acknowledged: number;
}

/** Bytes before the body. */
export const packetHeaderBytes = 13;

export function encodeHeader(header: PacketHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packetHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = Number(header.isContinued);
  view.setUint32(1, header.tag);
  view.setUint32(5, header.number);
  view.setUint32(9, header.acknowledged);
  return bytes;
}

/** Reads the header, or returns undefined when these bytes have none. */
export function decodeHeader(bytes: Uint8Array): PacketHeader | undefined {
  if (bytes.length < packetHeaderBytes || (bytes[0] ?? 2) > 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    isContinued: bytes[0] === 1,
    tag: view.getUint32(1),
    number: view.getUint32(5),
    acknowledged: view.getUint32(9),
  };
}

/**
 * Tells streams between different pages apart: 32 bits of FNV-1a over both epochs. A reloaded page keeps its seat and so its
 * address; without the tag it would take what was meant for the page before it. This is no protection against forgery: that is the sealer's.
 */
export function streamTag(senderEpoch: string, receiverEpoch: string): number {
  let hash = 0x811c9dc5;
  const text = `${senderEpoch}>${receiverEpoch}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
