/**
 * Reads the first message of a TLS client (RFC 8446, section 4.1.2) as far as is needed to send a connection elsewhere: the name it
 * asks for (RFC 6066, section 3) and the protocols it offers (RFC 7301, section 3.1).
 */

/** What a client said, `unfinished` while more of it has to come, `other` when it is no such message. */
export type ClientHello =
  | { readonly kind: "hello"; readonly serverName: string | undefined; readonly protocols: readonly string[] }
  | { readonly kind: "unfinished" }
  | { readonly kind: "other" };

/** Longer ones are not waited for. Browsers' are below 2 kB, those of certificate authorities below 1 kB. */
export const helloBytesMax = 16_384;

const unfinished = { kind: "unfinished" } as const;
const other = { kind: "other" } as const;

/** Reads what has come so far of a connection. */
export function readClientHello(bytes: Uint8Array): ClientHello {
  const message = handshakeOf(bytes);
  if (!(message instanceof Uint8Array)) return message;
  const reader = new Reader(message);
  // legacy_version and random, then session id, cipher suites, compression methods.
  reader.take(34);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  const extensions = new Reader(reader.vector(2));
  let serverName: string | undefined;
  let protocols: readonly string[] = [];
  while (extensions.left > 0 && !extensions.isBroken) {
    const type = extensions.number(2);
    const value = new Reader(extensions.vector(2));
    if (type === 0) serverName = nameIn(value);
    if (type === 16) protocols = protocolsIn(value);
  }
  return reader.isBroken || extensions.isBroken ? other : { kind: "hello", serverName, protocols };
}

/** Puts the records' contents together until the first handshake message is whole (RFC 8446, section 5.1). */
function handshakeOf(bytes: Uint8Array): Uint8Array | ClientHello {
  const parts: Uint8Array[] = [];
  for (let at = 0; ; ) {
    const contents = Buffer.concat(parts);
    if (contents.length >= 4) {
      if (contents[0] !== 1) return other;
      const end = 4 + contents.readUIntBE(1, 3);
      if (end > helloBytesMax) return other;
      if (contents.length >= end) return contents.subarray(4, end);
    }
    if (at >= bytes.length) return unfinished;
    if (bytes[at] !== 22) return other;
    if (at + 5 > bytes.length) return unfinished;
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
    if (length === 0 || length > helloBytesMax) return other;
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
}

function nameIn(value: Reader): string | undefined {
  const list = new Reader(value.vector(2));
  const kind = list.number(1);
  const name = list.vector(2);
  return kind === 0 && !list.isBroken && name.length > 0 && name.length < 254
    ? Buffer.from(name).toString("latin1").toLowerCase()
    : undefined;
}

function protocolsIn(value: Reader): readonly string[] {
  const list = new Reader(value.vector(2));
  const found: string[] = [];
  while (list.left > 0 && !list.isBroken) found.push(Buffer.from(list.vector(1)).toString("latin1"));
  return list.isBroken ? [] : found;
}

/** Takes fields off the front; reading over the end makes it broken and gives nothing. */
class Reader {
  isBroken = false;
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get left(): number {
    return this.#rest.length;
  }

  take(length: number): Uint8Array {
    if (length > this.#rest.length) {
      this.isBroken = true;
      this.#rest = new Uint8Array();
      return this.#rest;
    }
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  number(size: 1 | 2): number {
    const bytes = this.take(size);
    return size === 1 ? (bytes[0] ?? 0) : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  }

  /** A field that begins with its length in `size` bytes. */
  vector(size: 1 | 2): Uint8Array {
    return this.take(this.number(size));
  }
}
