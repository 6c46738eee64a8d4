import { base64url, fromBase64url } from "./bytes.ts";

/** SHA-256 of a piece, then the giver's signature over it: 32 and 64 bytes. */
export const proofBytes = 96;
const headBytes = 29;

/** A part of a piece on a lane. The part at offset 0 brings the proof of the whole piece. */
export interface Block {
  readonly id: string;
  readonly piece: number;
  /** Counts the sender's sendings: parts of one piece that was sent twice must not be mixed. Wraps at 2^32. */
  readonly turn: number;
  readonly offset: number;
  readonly proof: Uint8Array<ArrayBuffer> | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a piece that fit into a frame of that size. */
export const roomFor = (frameBytes: number, offset: number): number =>
  Math.max(0, frameBytes - headBytes - (offset === 0 ? proofBytes : 0));

/**
 * Byte 0: 1. Then the transfer's id (16), piece (4), turn (4), offset (4), at offset 0 the proof (96), then bytes. Numbers are
 * unsigned and big-endian.
 */
export function writeBlock(
  { id, piece, turn, offset, proof, bytes }: Block,
  /** Where to write it, if there is room; otherwise in memory of its own. */
  room?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const head = headBytes + (proof?.length ?? 0);
  const length = head + bytes.length;
  const frame = room && room.length >= length ? room.subarray(0, length) : new Uint8Array(length);
  const view = new DataView(frame.buffer, frame.byteOffset, length);
  frame[0] = 1;
  frame.set((fromBase64url(id) ?? new Uint8Array(16)).subarray(0, 16), 1);
  view.setUint32(17, piece);
  view.setUint32(21, turn);
  view.setUint32(25, offset);
  if (proof) frame.set(proof, headBytes);
  frame.set(bytes, head);
  return frame;
}

/** Undefined for what is no block. The bytes are a view of the frame. */
export function readBlock(frame: Uint8Array<ArrayBuffer>): Block | undefined {
  if (frame.length <= headBytes || frame[0] !== 1) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const offset = view.getUint32(25);
  const head = headBytes + (offset === 0 ? proofBytes : 0);
  if (frame.length <= head) return undefined;
  return {
    id: base64url(frame.subarray(1, 17)),
    piece: view.getUint32(17),
    turn: view.getUint32(21),
    offset,
    proof: offset === 0 ? frame.slice(headBytes, head) : undefined,
    bytes: frame.subarray(head),
  };
}
