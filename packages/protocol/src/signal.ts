/**
 * The one binary frame: a `signal`, which the server passes on unread.
 *
 * ```
 *  byte 0      1 (the kind; other values are refused)
 *  bytes 1-4   seat number, unsigned, big-endian: the receiver's when sent, the sender's when received
 *  bytes 5-    payload, at least one byte, never looked into by the server
 * ```
 *
 * Sender and receiver use the same layout, so that the server turns one into the other by writing four bytes.
 */
export const signalKind = 1;
/** Bytes before the payload. */
export const signalHeaderBytes = 5;

/** A signal taken apart. `peer` is a seat number; `payload` is a view into the frame, not a copy. */
export interface SignalFrame {
  readonly peer: number;
  readonly payload: Uint8Array;
}

/** Writes a signal frame for the seat with that number. */
export function encodeSignal(peer: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(signalHeaderBytes + payload.length);
  frame[0] = signalKind;
  readdressSignal(frame, peer);
  frame.set(payload, signalHeaderBytes);
  return frame;
}

/** The seat number of a signal frame, or undefined when these bytes are not one. */
export function addressOfSignal(frame: Uint8Array): number | undefined {
  if (frame.length <= signalHeaderBytes || frame[0] !== signalKind) return undefined;
  return (
    (((frame[1] as number) << 24) |
      ((frame[2] as number) << 16) |
      ((frame[3] as number) << 8) |
      (frame[4] as number)) >>>
    0
  );
}

/** Overwrites the seat number in place. */
export function readdressSignal(frame: Uint8Array, peer: number): void {
  frame[1] = peer >>> 24;
  frame[2] = peer >>> 16;
  frame[3] = peer >>> 8;
  frame[4] = peer;
}

/** Takes a signal frame apart, or returns undefined when these bytes are not one. */
export function decodeSignal(frame: Uint8Array): SignalFrame | undefined {
  const peer = addressOfSignal(frame);
  return peer === undefined ? undefined : { peer, payload: frame.subarray(signalHeaderBytes) };
}
