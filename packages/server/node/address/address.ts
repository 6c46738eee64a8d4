import type { IncomingMessage } from "node:http";
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Whom to believe about a visitor's address: nobody, the one proxy in front, or the proxies in these ranges (`10.0.0.0/8`, `::1`). */
export type TrustProxy = boolean | readonly string[];

/** The eight groups of an IPv6 address, or undefined when the text is not one. */
function groupsOf(text: string): number[] | undefined {
  if (!isIPv6(text)) return undefined;
  let address = text.split("%", 1)[0] as string;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted !== null) {
    const [a, b, c, d] = dotted.slice(2).map(Number) as [number, number, number, number];
    address = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = "", tail] = address.split("::", 2);
  const read = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/**
 * An address in one spelling: IPv4 for IPv4 and for IPv4 inside IPv6 (`::ffff:192.0.2.1`), eight full groups for IPv6, without
 * brackets, port and zone. Undefined when it is no address.
 */
export function normalizeAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let address = text.trim().replace(/^"|"$/g, "");
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed !== null) address = bracketed[1] as string;
  else if (/^[\d.]+:\d+$/.test(address)) address = address.slice(0, address.indexOf(":"));
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  if (groups?.length !== 8) return undefined;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high, low] = groups.slice(6) as [number, number];
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return groups.map((group) => group.toString(16)).join(":");
}

/**
 * What is counted as one visitor: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address there has them all.
 * Takes a normalized address.
 */
export function addressKey(address: string): string {
  return address.includes(":") ? `${address.split(":").slice(0, 4).join(":")}::/64` : address;
}

/** True for an address of this machine itself. Takes a normalized address. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "0:0:0:0:0:0:0:1";
}

/**
 * Makes the function that says from which address a request came: the socket's, or the right-most entry of `X-Forwarded-For`
 * that no trusted proxy stands at. Entries further left are whatever the visitor wrote, so they are never believed.
 */
export function clientAddress(trust: TrustProxy): (request: IncomingMessage) => string {
  const trusted = typeof trust === "boolean" ? undefined : trustedRanges(trust);
  const isBelieved = fromProxy(trust);
  return (request) => {
    const nearest = normalizeAddress(request.socket.remoteAddress) ?? "0.0.0.0";
    if (!isBelieved(request)) return nearest;
    const entries = String(request.headers["x-forwarded-for"] ?? "").split(",");
    let client = nearest;
    for (let index = entries.length - 1; index >= 0; index--) {
      const entry = normalizeAddress(entries[index]);
      if (entry === undefined) return client;
      client = entry;
      if (trusted === undefined || !trusted(entry)) return client;
    }
    return client;
  };
}

/** Makes the function that says whether a request's `X-Forwarded-…` headers are to be believed: by who sent it, not by what it says. */
export function fromProxy(trust: TrustProxy): (request: IncomingMessage) => boolean {
  if (typeof trust === "boolean") return () => trust;
  const trusted = trustedRanges(trust);
  return (request) => trusted(normalizeAddress(request.socket.remoteAddress) ?? "0.0.0.0");
}

function trustedRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [text = "", bits] = range.split("/", 2);
    const address = normalizeAddress(text);
    if (address === undefined) throw new RangeError(`trustProxy: ${range} is not an address or a range.`);
    const family = address.includes(":") ? "ipv6" : "ipv4";
    const prefix = bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits);
    list.addSubnet(address, prefix, family);
  }
  return (address) => list.check(address, address.includes(":") ? "ipv6" : "ipv4");
}
