/**
 * The header of one packet of a signal stream. It travels in clear in front of the (sealed) body and is authenticated with it.
 *
 * ```
 *  bytes 0-3    stream tag, big-endian: from which page to which page this is meant
 *  bytes 4-7    number of this body, counted from 1; 0: no body, only an acknowledgement
 *  bytes 8-11   acknowledgement: the number of the last body taken in order, 0 for none
 *  bytes 12-    body, sealed
 * ```
 */
export interface PacketHeader {
  readonly tag: number;
  readonly number: number;
  readonly acknowledged: number;
}

/** Bytes before the body. */
export const packetHeaderBytes = 12;

export function encodeHeader(header: PacketHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packetHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.tag);
  view.setUint32(4, header.number);
  view.setUint32(8, header.acknowledged);
  return bytes;
}

/** Reads the header, or returns undefined when there are too few bytes for one. */
export function decodeHeader(bytes: Uint8Array): PacketHeader | undefined {
  if (bytes.length < packetHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { tag: view.getUint32(0), number: view.getUint32(4), acknowledged: view.getUint32(8) };
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
