import { isWithin, parseRange, type Range } from "./range.ts";

/** Who may be reached through real relay ports, besides other allocations. */
export interface PeerPolicy {
  /** Reached although they lie in what is denied by default. */
  readonly allow: readonly Range[];
  /** Never reached. */
  readonly deny: readonly Range[];
  /** This machine's own addresses: not reached unless allowed. */
  readonly own: readonly Range[];
}

const ranges = (texts: readonly string[]): readonly Range[] =>
  texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`"${text}" is no range of addresses.`);
    return range;
  });

/** Not for everyone's use, by IANA's special-purpose registry (RFC 6890 and later): this host, private, link-local, multicast, … */
const specialV4 = ranges([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
]);
/** All that is global unicast today, … */
const globalV6 = ranges(["2000::/3"]);
/** … without protocol assignments and Teredo, documentation, and 6to4, which holds any IPv4 address. */
const specialV6 = ranges(["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]);
/** Forms of IPv6 that hold an IPv4 address: mapped, compatible, NAT64 (RFC 6052, 8215), 6to4. No client needs them. */
const embeddedV4 = ranges(["::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"]);
/** Ports of services that clients don't listen on. */
const firstPort = 1024;

/** Reads ranges as text; throws with the one that is none. */
export function makePeerPolicy(
  allow: readonly string[],
  deny: readonly string[],
  own: readonly string[],
): PeerPolicy {
  return { allow: ranges(allow), deny: ranges(deny), own: ranges(own) };
}

/** Whether data may go to that address, decided on its bytes: an address has many spellings as text. */
export function mayReach(policy: PeerPolicy, address: Uint8Array): boolean {
  const isIn = (list: readonly Range[]): boolean => list.some((range) => isWithin(address, range));
  if (isIn(policy.deny)) return false;
  if (isIn(policy.allow)) return !isEmbedded(address) || isLoopback(address);
  if (isIn(policy.own)) return false;
  return address.length === 4 ? !isIn(specialV4) : isIn(globalV6) && !isIn(specialV6) && !isEmbedded(address);
}

/** Whether data may go to that port of an address that may be reached. */
export function mayReachPort(port: number): boolean {
  return port >= firstPort;
}

function isEmbedded(address: Uint8Array): boolean {
  return address.length === 16 && embeddedV4.some((range) => isWithin(address, range));
}

/** `::1` lies among the IPv4-compatible addresses without being one. */
function isLoopback(address: Uint8Array): boolean {
  return address.length === 16 && address.every((byte, index) => byte === (index === 15 ? 1 : 0));
}
