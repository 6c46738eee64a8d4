import { frameBytes, messageBytes, nameCharacters } from "./bounds.ts";

/**
 * The bytes between two pages. Byte 0 is the frame's type, byte 1 the channel's number as its sender chose it;
 * numbers are unsigned and big-endian.
 *
 * ```
 *  1 announce   1, channel, delivery, name (UTF-16, 1 to 64 code units)                      bulk, control
 *  2 start      2, channel, kind, length (4), number (4), first bytes of the message         bulk
 *  3 more       3, channel, next bytes of the message begun on this channel                  bulk
 *  4 piece      4, channel, kind, length (4), number (4), index (2), bytes                   lossy
 *  5 taken      5, channel, next (4)                                                         control
 *  6 refuse     6, channel                                                                   control
 *  7 end        7, code                                                                      control
 * ```
 */
export type Delivery = "ordered" | "exactly-once" | "lossy";
export type Kind = "text" | "bytes" | "json";
/** The three data channels of a connection. */
export type Carrier = "control" | "lossy" | "bulk";
/** Why a page's channels were ended: it broke the protocol, or one of its bounds. Protocol codes. */
export type EndCode = "bad-frame" | "too-large" | "too-many";

export type Frame =
  | {
      readonly type: "announce";
      readonly channel: number;
      readonly delivery: Delivery;
      readonly name: string;
    }
  | {
      readonly type: "start";
      readonly channel: number;
      readonly message: Heading;
      readonly payload: Uint8Array;
    }
  | { readonly type: "more"; readonly channel: number; readonly payload: Uint8Array }
  | {
      readonly type: "piece";
      readonly channel: number;
      readonly message: Heading;
      readonly index: number;
      readonly payload: Uint8Array;
    }
  | { readonly type: "taken"; readonly channel: number; readonly next: number }
  | { readonly type: "refuse"; readonly channel: number }
  | { readonly type: "end"; readonly code: EndCode };

export interface Heading {
  readonly kind: Kind;
  /** Bytes of the whole message. */
  readonly length: number;
  /** Counts the channel's messages, modulo 2^32. */
  readonly number: number;
}

const deliveries: readonly Delivery[] = ["ordered", "exactly-once", "lossy"];
const kinds: readonly Kind[] = ["text", "bytes", "json"];
const endCodes: readonly EndCode[] = ["bad-frame", "too-large", "too-many"];
const typesOn: Readonly<Record<Carrier, readonly number[]>> = {
  bulk: [1, 2, 3],
  lossy: [4],
  control: [1, 5, 6, 7],
};
const startHeader = 11;
const moreHeader = 2;
const pieceHeader = 13;
/** Bytes of a message that a full `piece` carries; every piece but the last is full. */
export const pieceBytes = frameBytes - pieceHeader;

/** The difference of two message numbers that wrap at 2^32: negative when `a` came before `b`. */
export const numberDifference = (a: number, b: number): number => (a - b) | 0;
export const nextNumber = (number: number): number => (number + 1) >>> 0;

function begin(size: number, type: number, channel: number): [Uint8Array<ArrayBuffer>, DataView] {
  const frame = new Uint8Array(size);
  frame[0] = type;
  frame[1] = channel;
  return [frame, new DataView(frame.buffer)];
}

export function encodeAnnounce(channel: number, delivery: Delivery, name: string): Uint8Array<ArrayBuffer> {
  const [frame, view] = begin(3 + 2 * name.length, 1, channel);
  frame[2] = deliveries.indexOf(delivery);
  for (let i = 0; i < name.length; i++) view.setUint16(3 + 2 * i, name.charCodeAt(i));
  return frame;
}

/** The next frame of a message, with as much of it as fits: `piece`, or `start` at offset 0 and `more` after. */
export function encodePart(
  isLossy: boolean,
  channel: number,
  { kind, number }: Omit<Heading, "length">,
  bytes: Uint8Array,
  offset: number,
): { frame: Uint8Array<ArrayBuffer>; offset: number } {
  const header = isLossy ? pieceHeader : offset ? moreHeader : startHeader;
  const payload = bytes.subarray(offset, offset + frameBytes - header);
  const [frame, view] = begin(header + payload.length, isLossy ? 4 : offset ? 3 : 2, channel);
  if (header > moreHeader) {
    frame[2] = kinds.indexOf(kind);
    view.setUint32(3, bytes.length);
    view.setUint32(7, number);
  }
  if (isLossy) view.setUint16(startHeader, offset / pieceBytes);
  frame.set(payload, header);
  return { frame, offset: offset + payload.length };
}

export function encodeTaken(channel: number, next: number): Uint8Array<ArrayBuffer> {
  const [frame, view] = begin(6, 5, channel);
  view.setUint32(2, next);
  return frame;
}

export const encodeRefuse = (channel: number): Uint8Array<ArrayBuffer> => begin(2, 6, channel)[0];
export const encodeEnd = (code: EndCode): Uint8Array<ArrayBuffer> => begin(2, 7, endCodes.indexOf(code))[0];

/**
 * Takes a frame apart, or names the rule it breaks. `payload` is a view into the frame. What needs the channel's
 * state (which channel, which number, how much more) is not judged here.
 */
export function decodeFrame(carrier: Carrier, frame: Uint8Array): Frame | EndCode {
  if (frame.length > frameBytes) return "too-large";
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const [type = 0, channel = 0] = frame;
  if (frame.length < 2 || !typesOn[carrier].includes(type)) return "bad-frame";
  switch (type) {
    case 1: {
      const delivery = deliveries[frame[2] ?? 9];
      const units = (frame.length - 3) / 2;
      const isRight = carrier === (delivery === "lossy" ? "control" : "bulk");
      if (!delivery || !isRight || units % 1 || units < 1 || units > nameCharacters) return "bad-frame";
      let name = "";
      for (let at = 3; at < frame.length; at += 2) name += String.fromCharCode(view.getUint16(at));
      return { type: "announce", channel, delivery, name };
    }
    case 3:
      return frame.length > moreHeader
        ? { type: "more", channel, payload: frame.subarray(moreHeader) }
        : "bad-frame";
    case 2:
    case 4: {
      const header = type === 2 ? startHeader : pieceHeader;
      const kind = kinds[frame[2] ?? 9];
      if (!kind || frame.length < header) return "bad-frame";
      const length = view.getUint32(3);
      if (length > messageBytes) return "too-large";
      const message = { kind, length, number: view.getUint32(7) };
      const payload = frame.subarray(header);
      const index = type === 2 ? 0 : view.getUint16(startHeader);
      const rest = length - index * pieceBytes;
      // An empty message is one frame without bytes. Every piece has exactly the bytes of its place.
      if (payload.length > rest || (!payload.length && (length || index))) return "bad-frame";
      if (type === 2) return { type: "start", channel, message, payload };
      if (payload.length < Math.min(rest, pieceBytes)) return "bad-frame";
      return { type: "piece", channel, message, index, payload };
    }
    case 5:
      return frame.length === 6 ? { type: "taken", channel, next: view.getUint32(2) } : "bad-frame";
    case 6:
      return frame.length === 2 ? { type: "refuse", channel } : "bad-frame";
    case 7: {
      const code = endCodes[channel];
      return code && frame.length === 2 ? { type: "end", code } : "bad-frame";
    }
    default:
      return "bad-frame";
  }
}
