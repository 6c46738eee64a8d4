import type { IceServer, PeerId } from "@parlour/protocol";
import type { TurnStatistics } from "@parlour/turn";
import type { TrustProxy } from "../address/address.ts";
import type { Forwarder, IceVisitor } from "../hub/setup.ts";
import type { Stores } from "../stores/index.ts";
import type { Logger } from "./log.ts";

/** How to run a Parlour server inside an HTTP server of your own. Every one may be left out. */
export interface ParlourOptions {
  /** The folder for rooms, messages and secrets, made when it is missing. Without one everything is forgotten at the end. */
  readonly data?: string | undefined;
  /** Stores of your own making, in place of those in the data folder. Closed along with the server. */
  readonly stores?: Stores | undefined;
  /** The folder of the built page (index.html, assets/, sdk/parlour.js). Without one there is no page, only the API and the protocol. */
  readonly webRoot?: string | undefined;
  /** Where everything is mounted: `/meet` puts rooms at `/meet/r/NAME`. Default: the root. */
  readonly basePath?: string | undefined;
  /** Origins of other pages that may use this server, `*` for all. Pages of its own host always may. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Whom to believe about a visitor's address and host: the one proxy in front (`true`), or proxies in these ranges. Default: nobody. */
  readonly trustProxy?: TrustProxy | undefined;
  /** Whether entering a room that does not exist makes it. Default `true`. */
  readonly createOnJoin?: boolean | undefined;
  /** How much of what is said in public rooms is kept for latecomers. Default: 500 messages, 24 hours. */
  readonly history?:
    | { readonly messages?: number | undefined; readonly hours?: number | undefined }
    | undefined;
  /** Lets who sends it as a bearer token read `/metrics` from afar. Without one: only this machine. */
  readonly metricsToken?: string | undefined;
  /**
   * The ICE servers for who enters, and for who learns at `/learn` (there the room is `learn/CODE`); short-lived credentials are
   * made here. Default: none.
   */
  readonly iceServers?: ((visitor: IceVisitor) => readonly IceServer[]) | undefined;
  /** How often a page that stays gets new ones, ms: half of the time that their credentials last. Default: 6 hours. */
  readonly iceRenewalMs?: number | undefined;
  /** Told of every seat that is gone for good, when a room ends too: what was handed out to it can be taken back. */
  readonly onSeatGone?: ((room: string, seat: PeerId) => void) | undefined;
  /** Who passes media on where a mesh is too much. Default: nobody, so rooms are a mesh, or pages pass on. Started and stopped with the server. */
  readonly forwarder?: Forwarder | undefined;
  /** When the certificate in use ends, ms since 1970, for `/metrics`. */
  readonly certificateEnd?: (() => number) | undefined;
  /** What the relay has to say in `/metrics`. */
  readonly relayStatistics?: (() => TurnStatistics) | undefined;
  /** A pino logger or the like. Default: silent. Addresses of visitors are never logged. */
  readonly logger?: Logger | undefined;
  /** The host's own authority (PEM), offered for download at `/ca.pem` and `/ca.crt`. */
  readonly caCertificate?: string | undefined;
  /** ms since 1970. */
  readonly now?: (() => number) | undefined;
}
