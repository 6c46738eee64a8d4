import { type EndpointKey, type HostKey, hostKey } from "../address.ts";
import { defaultLimits, type TurnLimits } from "../limits.ts";
import { mayReach, type PeerPolicy } from "../peers/policy.ts";
import type { Primitives } from "../primitives.ts";
import { Sources } from "../sources.ts";
import { type Allocation, type Place, place } from "./allocation.ts";
import { type Commons, ownCommons } from "./commons.ts";
import { newStatistics, type Statistics } from "./statistics.ts";

/** How relayed addresses come about. */
export type RelayMode =
  /** They exist only in here; only other allocations can be reached. */
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      /** As the world sees this server: at most one of each family. */
      readonly addresses: readonly Uint8Array[];
      readonly firstPort: number;
      readonly lastPort: number;
      readonly peers: PeerPolicy;
    };

export interface RelayOptions {
  /** Shared with whoever makes credentials. */
  readonly secret: string;
  readonly realm: string;
  /** 32 bytes that nobody else has. */
  readonly nonceKey: Uint8Array;
  readonly mode: RelayMode;
  readonly limits: Partial<TurnLimits>;
  readonly primitives: Primitives;
  /** Allocations reach one service of this server, by `servicePlace`, whatever the mode. */
  readonly hasService?: boolean | undefined;
  /** With the other relays of the same server. Default: there are no others. */
  readonly commons?: Commons | undefined;
}

/**
 * The address of every relayed candidate in closed mode. It is one of those kept for documentation (RFC 5737): no host has it, no
 * route leads to it, and whoever is sent there by mistake disturbs nobody.
 */
export const insideAddress: Uint8Array = Uint8Array.of(192, 0, 2, 1);
/**
 * Where allocations reach the one service that this server may have for them: an address of the same kind, with a port that is no
 * allocation's and that browsers take in a candidate. What goes there is given to the service by whoever owns the sockets.
 */
export const servicePlace: Place = place({ family: 4, bytes: insideAddress, port: 443 });
/** Ports in closed mode: numbers in a table, no ports of this machine. */
const insidePorts = { first: 1024, last: 65_535 } as const;

/**
 * All that the relay knows. It is changed in place, unlike the state of other cores: a hundred thousand packets a second pass through
 * it, and each must find its way without a copy of anything.
 */
export class World {
  readonly options: RelayOptions;
  readonly limits: TurnLimits;
  readonly statistics: Statistics = newStatistics();
  readonly sources: Sources;
  readonly commons: Commons;
  /** By relayed address: the switch. */
  readonly byRelayed = new Map<EndpointKey, Allocation>();
  readonly all = new Set<Allocation>();
  /** Prefixes of ids, and the expiry up to which their credentials count no more, unix seconds. */
  readonly revoked = new Map<string, number>();
  readonly addresses: readonly Uint8Array[];
  readonly ports: { readonly first: number; readonly last: number };
  readonly #inside: ReadonlySet<HostKey>;
  /** For the ids of indications. */
  indications = 0;

  constructor(options: RelayOptions, now: number) {
    const { mode } = options;
    this.options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.sources = new Sources(this.limits, now);
    this.commons = options.commons ?? ownCommons(this.limits, now);
    this.addresses = mode.kind === "closed" ? [insideAddress] : mode.addresses;
    this.ports = mode.kind === "closed" ? insidePorts : { first: mode.firstPort, last: mode.lastPort };
    this.#inside = new Set(this.addresses.map(hostKey));
  }

  /** Whether relayed addresses have this host: what goes there is switched in memory or goes nowhere. */
  isInside(host: HostKey): boolean {
    return this.#inside.has(host);
  }

  /** Whether that is where the service is. */
  isService(peer: Place): boolean {
    return peer.key === servicePlace.key && this.options.hasService === true;
  }

  mayReach(address: Uint8Array): boolean {
    const host = hostKey(address);
    if (this.isInside(host)) return true;
    if (host === servicePlace.host) return this.options.hasService === true;
    const { mode } = this.options;
    return mode.kind === "open" && mayReach(mode.peers, address);
  }
}
