/** A transport address: 4 or 16 bytes in network order, and a port. */
export interface Endpoint {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly port: number;
}

/** Names a host in a map: a number for IPv4, text for IPv6. Equal exactly when the bytes are. */
export type HostKey = number | string;
/** Names a host and port in a map. */
export type EndpointKey = number | string;

export function hostKey(bytes: Uint8Array): HostKey {
  if (bytes.length === 4) return v4Number(bytes);
  let key = "";
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

export function endpointKey(host: HostKey, port: number): EndpointKey {
  // 48 bits: exact in a double.
  return typeof host === "number" ? host * 65536 + port : host + String.fromCharCode(port);
}

/** The key that limits count a source by: the address, or the /64 that one IPv6 subscriber usually holds. */
export function sourceKey(bytes: Uint8Array): HostKey {
  return bytes.length === 4 ? v4Number(bytes) : hostKey(bytes.subarray(0, 8));
}

function v4Number(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) * 0x1000000 + (((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
}

/**
 * Reads an address as text (RFC 5952, with or without a zone). An IPv4 address inside IPv6 (`::ffff:1.2.3.4`, as sockets for both
 * families report it) is read as IPv4. Undefined for anything else.
 */
export function parseHost(text: string): Uint8Array | undefined {
  const bytes = parseBytes(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** Reads an address as it stands, 4 or 16 bytes. */
export function parseBytes(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** An endpoint from an address as text; undefined when the text is none. */
export function parseEndpoint(host: string, port: number): Endpoint | undefined {
  const bytes = parseHost(host);
  return bytes === undefined ? undefined : { family: bytes.length === 4 ? 4 : 6, bytes, port };
}

/** The address as text that sockets take. */
export function formatHost(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  const words = groups.map((group) => group.toString(16));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return words.join(":");
  return `${words.slice(0, zeros.at).join(":")}::${words.slice(zeros.at + zeros.length).join(":")}`;
}

function longestZeros(groups: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const part = parts[i] ?? "";
    // No leading zeros: some read them as octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[i] = Number(part);
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | undefined {
  const [plain = ""] = text.split("%", 1);
  const halves = plain.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function groupsOf(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (mayEndInV4 && index === groups.length - 1 && group.includes(".")) {
      const v4 = parseV4(group);
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else if (/^[\da-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

function isMapped(bytes: Uint8Array): boolean {
  if (bytes.length !== 16) return false;
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 255 && bytes[11] === 255;
}
