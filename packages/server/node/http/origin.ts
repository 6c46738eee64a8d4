import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { fromProxy, type TrustProxy } from "../address/address.ts";
import type { CameBy } from "../hub/setup.ts";

// What may stand in a Host header and go into a URL, a policy or an ICE server: a name, an IPv4 or a bracketed IPv6 address, a port.
const hostPattern = /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** By which name a visitor came, and whether over TLS. */
export interface Front {
  /** Host and port as the visitor wrote them, or undefined when they are missing or no host at all. */
  host(request: IncomingMessage): string | undefined;
  isSecure(request: IncomingMessage): boolean;
  /** True when a trusted proxy stands between. */
  isProxied(request: IncomingMessage): boolean;
}

/** With a trusted proxy in front, what it says counts; else what the socket and the Host header say. */
export function front(trust: TrustProxy): Front {
  const isBelieved = fromProxy(trust);
  const last = (header: string | string[] | undefined): string | undefined =>
    header === undefined ? undefined : String(header).split(",").at(-1)?.trim();
  const forwarded = (request: IncomingMessage, name: string): string | undefined =>
    isBelieved(request) ? last(request.headers[name]) : undefined;
  return {
    host(request) {
      const host = forwarded(request, "x-forwarded-host") ?? request.headers.host;
      return host !== undefined && host.length <= 262 && hostPattern.test(host) ? host : undefined;
    },
    isSecure(request) {
      const proto = forwarded(request, "x-forwarded-proto");
      if (proto !== undefined) return proto === "https" || proto === "wss";
      return (request.socket as Partial<TLSSocket>).encrypted === true;
    },
    isProxied: isBelieved,
  };
}

/** A host without its port and brackets. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

/** The door by which a visitor came, whose address other services of this server are given by. */
export function cameBy(inFront: Front, request: IncomingMessage): CameBy {
  const host = inFront.host(request);
  const isSecure = inFront.isSecure(request);
  const port = Number(/:(\d+)$/.exec(host ?? "")?.[1] ?? (isSecure ? 443 : 80));
  const { localAddress } = request.socket;
  return {
    host: hostName(host ?? "localhost"),
    port,
    isSecure,
    isProxied: inFront.isProxied(request),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
}

/** Which pages may talk to this server. */
export interface Origins {
  /** True for pages of this host, for those on the list, and for programs, which have no origin. */
  isAllowed(request: IncomingMessage): boolean;
  /** The origin to name in an answer that another origin may read. */
  crossOrigin(request: IncomingMessage): string | undefined;
}

/** `allowed` has origins (`https://app.example.org`), or `*` for every page there is. */
export function origins(allowed: readonly string[], { host }: Front): Origins {
  const list = new Set(allowed.map((origin) => origin.toLowerCase().replace(/\/$/, "")));
  const isSame = (request: IncomingMessage, origin: string): boolean => {
    const own = host(request);
    if (own === undefined) return false;
    try {
      const url = new URL(origin);
      // The page's scheme decides which default port a host without one means.
      return url.origin !== "null" && url.host === new URL(`${url.protocol}//${own}`).host;
    } catch {
      return false;
    }
  };
  const isListed = (origin: string): boolean => list.has("*") || list.has(origin.toLowerCase());
  return {
    isAllowed(request) {
      const { origin } = request.headers;
      return origin === undefined || isListed(origin) || isSame(request, origin);
    },
    crossOrigin(request) {
      const { origin } = request.headers;
      if (origin === undefined) return undefined;
      return isListed(origin) || isSame(request, origin) ? origin : undefined;
    },
  };
}
