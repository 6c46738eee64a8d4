/** Which URLs of the relay a visitor gets: always of the host by which the visitor came. */
import { isIP } from "node:net";
import type { IceVisitor } from "../hub/setup.ts";

/** Where the relay can be reached, as far as its listeners go. */
export interface RelayDoors {
  /** The UDP port, when it could be had. */
  readonly udp: number | undefined;
  /** The TCP port of the relay's own, when it could be had. */
  readonly tcp: number | undefined;
  /** Whether the page's port takes STUN as well. */
  readonly isOnPagePort: boolean;
}

const named = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** The `stun:` URLs for this visitor. Browsers speak plain STUN over UDP alone. */
export function stunUrls(doors: RelayDoors, { host }: Pick<IceVisitor, "host">): readonly string[] {
  return doors.udp === undefined ? [] : [`stun:${named(host)}:${doors.udp}`];
}

/**
 * The `turn:` and `turns:` URLs for this visitor, the quickest first. Never more than three: each one costs a browser an
 * allocation per network and link, and Firefox complains from five servers on.
 */
export function turnUrls(doors: RelayDoors, visitor: Omit<IceVisitor, "room" | "seat">): readonly string[] {
  const host = named(visitor.host);
  const udp = doors.udp === undefined ? [] : [`turn:${host}:${doors.udp}?transport=udp`];
  const ownTcp = doors.tcp === undefined ? [] : [`turn:${host}:${doors.tcp}?transport=tcp`];
  // A proxy for HTTP passes nothing else on.
  if (!doors.isOnPagePort || visitor.isProxied) return [...udp, ...ownTcp];
  const plain = `turn:${host}:${visitor.port}?transport=tcp`;
  const secure = `turns:${host}:${visitor.port}?transport=tcp`;
  if (!visitor.isSecure) return [...new Set([...udp, ...ownTcp, plain])];
  // Firefox takes no `turns:` with an address in place of a name, so it gets the page's port without TLS.
  return isIP(visitor.host) === 0 ? [...udp, ...ownTcp, secure] : [...udp, plain, secure];
}
