/** The relay beside the rooms: its listeners, the credentials of each seat, and what becomes of them when the seat goes. */
import type { Socket } from "node:net";
import type { IceServer, PeerId } from "@parlour/protocol";
import {
  createTurnServer,
  type LabConditions,
  type Listener,
  labId,
  makeCredentials,
  type TurnStatistics,
  type UdpPath,
} from "@parlour/turn";
import type { IceVisitor } from "../hub/setup.ts";
import { type RelayDoors, stunUrls, turnUrls } from "./addresses.ts";
import { Revocations } from "./revocations.ts";

/**
 * How long credentials are good for making allocations. Pages get them with each welcome, and make links to newcomers with
 * them for as long as they stay connected; what is revoked ends at once, however long this is.
 */
export const credentialSeconds = 12 * 3600;

/** How the relay runs. */
export interface RelayOptions {
  readonly mode: "closed" | "open";
  /** The shared secret of the credentials: at least 16 characters. */
  readonly secret: string;
  /** UDP and TCP port; 0 takes a free one. */
  readonly port: number;
  /** An address to listen on. Default: all of the machine. */
  readonly host?: string | undefined;
  /** The page's TCP port when it hands over what begins with STUN; with the same number the relay opens no TCP port of its own. */
  readonly pagePort?: number | undefined;
  /** Open mode: the address by which the world reaches this machine, one of each family at most. */
  readonly publicAddress?: readonly string[] | undefined;
  /** Further `stun:`, `turn:` and `turns:` URLs, for everyone. Those relays have to know the same secret. */
  readonly furtherUrls?: readonly string[] | undefined;
  /**
   * The forwarder's UDP port on this machine, and an address that leads there. Every page with credentials reaches it through the relay
   * by `serviceAddress`, which goes into `Reach.inside`.
   */
  readonly service?: { readonly host: string; readonly port: number } | undefined;
  /** `auto`, the default: UDP by many packets at once, in threads of its own, where that is possible. `off`: by Node's sockets. */
  readonly fastPath?: "auto" | "off" | undefined;
  /** Threads for UDP. Default 1. */
  readonly workers?: number | undefined;
  /** For tests: what goes through the relay suffers from these. */
  readonly lab?: Partial<LabConditions> | undefined;
  readonly now?: (() => number) | undefined;
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/** Where the relay does not listen, and why. */
export interface MissingDoor {
  readonly transport: "udp" | "tcp";
  readonly port: number;
  /** Node's code, such as EADDRINUSE. */
  readonly code: string;
}

/** What hands out ICE servers and takes credentials back. `iceServers` and `onSeatGone` are options of `createParlourServer`. */
export interface IceSource {
  readonly iceServers: (visitor: IceVisitor) => readonly IceServer[];
  readonly onSeatGone: (room: string, seat: PeerId) => void;
}

/** A running relay. */
export interface Relay extends IceSource {
  readonly doors: RelayDoors;
  readonly missing: readonly MissingDoor[];
  /** How UDP is read and sent, when there is UDP. */
  readonly udpPath: UdpPath | undefined;
  /** An option of `createParlourServer` as well. */
  readonly relayStatistics: () => TurnStatistics;
  /** Takes over a connection of the page's port that begins with STUN. */
  handle(socket: Socket, firstBytes: Buffer): void;
  close(): Promise<void>;
}

/** Ends in a delimiter, so that no seat's id begins with another's. */
const userOf = (room: string, seat: PeerId): string => `${room}/${seat}/`;

const isStun = (url: string): boolean => /^stuns?:/i.test(url);

function iceServersOf(
  stun: readonly string[],
  turn: readonly string[],
  credentials: () => { readonly username: string; readonly credential: string },
): readonly IceServer[] {
  if (turn.length === 0) return stun.length === 0 ? [] : [{ urls: [...stun] }];
  const { username, credential } = credentials();
  return [...(stun.length === 0 ? [] : [{ urls: [...stun] }]), { urls: [...turn], username, credential }];
}

/** ICE servers that somebody else runs, coturn for one, with credentials made of the secret that it shares with this server. */
export function externalRelay(
  urls: readonly string[],
  secret: string,
  now: () => number = Date.now,
): Pick<IceSource, "iceServers"> {
  const [stun, turn] = [urls.filter(isStun), urls.filter((url) => !isStun(url))];
  return {
    iceServers: ({ room, seat }) =>
      iceServersOf(stun, turn, () => makeCredentials(secret, userOf(room, seat), credentialSeconds, now())),
  };
}

/**
 * Starts the relay. A port that can't be had is no reason to fail: it is in `missing`, and no visitor is sent there.
 *
 * @throws TurnOptionError for options that can't be used
 */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const {
    mode,
    secret,
    host,
    pagePort,
    publicAddress,
    service,
    furtherUrls = [],
    now,
    fastPath,
    workers,
    lab,
  } = options;
  const at = now ?? Date.now;
  const turn = createTurnServer({
    secret,
    mode,
    publicAddress,
    service,
    now,
    fastPath,
    workers,
    onFault: options.onFault,
  });
  const missing: MissingDoor[] = [];
  const where = host === undefined ? {} : { host };
  const tried = async (transport: "udp" | "tcp", port: number): Promise<number | undefined> => {
    try {
      const listen: Promise<Listener> =
        transport === "udp" ? turn.listenUdp({ ...where, port }) : turn.listenTcp({ ...where, port });
      return (await listen).port;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      missing.push({ transport, port, code });
      return undefined;
    }
  };
  const udp = await tried("udp", options.port);
  const tcpPort = options.port === 0 ? (udp ?? 0) : options.port;
  let tcp = tcpPort === pagePort ? undefined : await tried("tcp", tcpPort);
  // A free UDP port is hardly ever taken for TCP; then the two differ.
  if (options.port === 0 && missing.at(-1)?.code === "EADDRINUSE") {
    missing.pop();
    tcp = await tried("tcp", 0);
  }
  const doors: RelayDoors = { udp, tcp, isOnPagePort: pagePort !== undefined };
  const revocations = new Revocations(credentialSeconds);
  const relayUser = (room: string, seat: PeerId): string =>
    lab === undefined ? userOf(room, seat) : labId(lab, userOf(room, seat));
  const [stun, relays] = [furtherUrls.filter(isStun), furtherUrls.filter((url) => !isStun(url))];
  return {
    doors,
    missing,
    udpPath: turn.udpPath,
    relayStatistics: () => turn.stats(),
    iceServers: (visitor) =>
      iceServersOf([...stunUrls(doors, visitor), ...stun], [...turnUrls(doors, visitor), ...relays], () => {
        const user = relayUser(visitor.room, visitor.seat);
        const made = at();
        const lifetime = revocations.expiryFor(user, made) - Math.floor(made / 1000);
        return makeCredentials(secret, user, lifetime, made);
      }),
    onSeatGone(room, seat) {
      const user = relayUser(room, seat);
      // Nobody waits for it: the seat is gone, and no reader of its answer is left.
      turn.dropUser(user, revocations.revoke(user, at())).catch((error: unknown) => options.onFault?.(error));
    },
    handle: (socket, firstBytes) => turn.handle(socket, firstBytes),
    close: () => turn.close(),
  };
}
