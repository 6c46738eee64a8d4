import type { EngineEvents, ForwardingEngine, Reach } from "@parlour/forwarder";
import type { IceServer, PeerId } from "@parlour/protocol";
import type { CountryFinder } from "../country/country.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Counts } from "../metrics/counts.ts";
import type { ProfanityFilter } from "../profanity/profanity.ts";
import type { Clock } from "../server/clock.ts";
import type { Limits } from "../server/limits.ts";
import type { Logger } from "../server/log.ts";
import type { Stores } from "../stores/index.ts";
import type { Tokens } from "../tokens.ts";
import type { Forwarding } from "./forwarding.ts";

/** By which door of the server a visitor came. */
export interface CameBy {
  /** The name by which the visitor came, without a port. */
  readonly host: string;
  /** The port by which the visitor came: the one that the page's address has. */
  readonly port: number;
  /** Over HTTPS. */
  readonly isSecure: boolean;
  /** Through a proxy that this server trusts. */
  readonly isProxied: boolean;
  /** The address of this machine that the connection came in on. */
  readonly localAddress?: string;
}

/** Who passes media on in rooms where a mesh is too much. */
export interface Forwarder {
  /** Starts it; undefined when it can't be had here, and then rooms are a mesh, or pages pass on. */
  start(events: EngineEvents): Promise<ForwardingEngine | undefined>;
  /** By which addresses that visitor reaches it. */
  reach(visitor: CameBy): Reach;
}

/** Who asks for ICE servers. */
export interface IceVisitor extends CameBy {
  readonly room: string;
  readonly seat: PeerId;
}

/** What the hub needs from the server around it. */
export interface HubSetup {
  readonly gateway: Gateway;
  readonly stores: Stores;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counts: Counts;
  readonly logger: Logger;
  readonly countries: CountryFinder;
  /** Loads the word list when it is first needed. */
  readonly profanity: () => Promise<ProfanityFilter>;
  readonly createOnJoin: boolean;
  readonly historyMessages: number;
  readonly iceServers: (visitor: IceVisitor) => readonly IceServer[];
  /** How long after they were handed out they are handed out anew. */
  readonly iceRenewalMs: number;
  readonly onSeatGone: (room: string, seat: PeerId) => void;
  readonly forwarding: Forwarding;
}
