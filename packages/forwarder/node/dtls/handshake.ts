/** RFC 5246, section 7.4 and RFC 6347, section 4.3.2. */
export const handshakeTypes = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

const headerBytes = 12;
/** A client's certificate is the largest; browsers' have some hundred bytes. */
const longestMessage = 8192;
/** Messages after the one that is waited for, which may come before it. */
const ahead = 8;
/** What one datagram carries, below the smallest MTU of IPv6. */
const fragmentBytes = 1100;

export interface HandshakeMessage {
  readonly type: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A message as it counts for the transcript: in one piece, whatever it came in (RFC 6347, section 4.2.6). */
export function whole({ type, sequence, body }: HandshakeMessage): Buffer {
  return fragment(type, sequence, body, 0, body.length);
}

/** A message in the pieces that it is sent in. */
export function fragments({ type, sequence, body }: HandshakeMessage): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at === 0 || at < body.length; at += fragmentBytes)
    pieces.push(fragment(type, sequence, body, at, Math.min(fragmentBytes, body.length - at)));
  return pieces;
}

function fragment(type: number, sequence: number, body: Uint8Array, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(headerBytes + length);
  bytes[0] = type;
  bytes.writeUIntBE(body.length, 1, 3);
  bytes.writeUInt16BE(sequence, 4);
  bytes.writeUIntBE(at, 6, 3);
  bytes.writeUIntBE(length, 9, 3);
  bytes.set(body.subarray(at, at + length), headerBytes);
  return bytes;
}

interface Partial {
  readonly type: number;
  readonly body: Uint8Array;
  readonly has: Uint8Array;
  missing: number;
}

/** Puts messages together and in order. */
export class Reassembly {
  #next = 0;
  readonly #partial = new Map<number, Partial>();

  /** Sequence number of the message that is waited for. */
  get next(): number {
    return this.#next;
  }

  /** Takes the contents of a handshake record. `isRepeated`: something came that was complete before. */
  take(record: Uint8Array): { readonly messages: readonly HandshakeMessage[]; readonly isRepeated: boolean } {
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    let isRepeated = false;
    for (let at = 0; at + headerBytes <= record.length; ) {
      const length = view.getUint32(at) & 0xff_ffff;
      const sequence = view.getUint16(at + 4);
      const offset = view.getUint32(at + 5) & 0xff_ffff;
      const size = view.getUint32(at + 8) & 0xff_ffff;
      const end = at + headerBytes + size;
      if (end > record.length || length > longestMessage || offset + size > length) break;
      if (sequence < this.#next) isRepeated = true;
      else if (sequence < this.#next + ahead)
        this.#add(view.getUint8(at), sequence, length, offset, record.subarray(at + headerBytes, end));
      at = end;
    }
    const messages: HandshakeMessage[] = [];
    for (;;) {
      const partial = this.#partial.get(this.#next);
      if (partial === undefined || partial.missing > 0) break;
      this.#partial.delete(this.#next);
      messages.push({ type: partial.type, sequence: this.#next++, body: partial.body });
    }
    return { messages, isRepeated };
  }

  #add(type: number, sequence: number, length: number, offset: number, piece: Uint8Array): void {
    let partial = this.#partial.get(sequence);
    if (partial === undefined) {
      partial = { type, body: new Uint8Array(length), has: new Uint8Array(length), missing: length };
      this.#partial.set(sequence, partial);
    }
    // Pieces of one message agree about it.
    if (partial.type !== type || partial.body.length !== length) return;
    for (let i = 0; i < piece.length; i++) {
      if (partial.has[offset + i] === 1) continue;
      partial.has[offset + i] = 1;
      partial.body[offset + i] = piece[i] ?? 0;
      partial.missing--;
    }
  }
}
