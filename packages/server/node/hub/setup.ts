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

/** Who asks for ICE servers. `host` is the name by which the visitor came, without a port. */
export interface IceVisitor {
  readonly host: string;
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
}
