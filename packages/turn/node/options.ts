import { networkInterfaces } from "node:os";
import { defaultLimits, makePeerPolicy, parseBytes, type RelayMode, type TurnLimits } from "../core/index.ts";

export interface TurnServerOptions {
  /** Shared with whoever makes credentials; at least 16 characters. There is no default. */
  readonly secret: string;
  /** Told to clients; at most 16 bytes, so that refusals stay small. Default `parlour`. */
  readonly realm?: string | undefined;
  /**
   * `closed`: allocations reach each other and nobody else; no ports, no addresses of this machine. `open`: allocations have real UDP
   * ports and reach every public address.
   */
  readonly mode: "closed" | "open";
  /** Open mode: the address by which the world reaches this machine; one of each family at most. */
  readonly publicAddress?: string | readonly string[] | undefined;
  /** Open mode: UDP ports for allocations, both ends included. Default 49160 to 49259. */
  readonly relayPorts?: { readonly first: number; readonly last: number } | undefined;
  /** Open mode: local addresses that those ports are bound to. Default all. */
  readonly relayHosts?: { readonly v4?: string; readonly v6?: string } | undefined;
  /** Open mode: ranges such as `10.0.0.0/8` that may be reached although they are not public. */
  readonly allowPeers?: readonly string[] | undefined;
  /** Open mode: ranges that may not be reached although they are public. */
  readonly denyPeers?: readonly string[] | undefined;
  readonly limits?: Partial<TurnLimits> | undefined;
  /**
   * A service of this machine, by UDP, that every allocation reaches by `serviceAddress`: an address as text, and its port. Each
   * allocation comes from a port of its own of the same address family. Nothing else of this machine is reached by it.
   */
  readonly service?: { readonly host: string; readonly port: number } | undefined;
  /**
   * `auto`: UDP is read and sent by many packets at once, in threads of its own, where that is possible (Linux, and the optional package
   * koffi). `off`: by Node's sockets, in this thread. Default `auto`.
   */
  readonly fastPath?: "auto" | "off" | undefined;
  /** Threads for UDP: as many as cores may be spent. Without the fast path several need Linux and Node 22.12. Default 1. */
  readonly workers?: number | undefined;
  /** ms since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Told of errors in the server itself; it goes on. */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/** An option that can't be used; `message` says which and what to do. */
export class TurnOptionError extends Error {
  override readonly name = "TurnOptionError";
}

const shortestSecret = 16;
const longestRealm = 16;
/** Memory between threads grows with the square of their number. */
const mostWorkers = 16;

/** Checks what can be wrong, with a sentence for each. */
export function checkOptions(options: TurnServerOptions): {
  readonly mode: RelayMode;
  readonly realm: string;
  readonly limits: TurnLimits;
} {
  const { secret, realm = "parlour" } = options;
  if (secret.length < shortestSecret)
    throw new TurnOptionError(
      `secret has ${secret.length} characters; it needs ${shortestSecret}: whoever guesses it uses the relay.`,
    );
  const { workers = 1 } = options;
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= mostWorkers))
    throw new TurnOptionError(`workers needs 1 to ${mostWorkers}.`);
  if (realm === "" || Buffer.byteLength(realm) > longestRealm)
    throw new TurnOptionError(`realm needs 1 to ${longestRealm} bytes.`);
  const given = Object.entries(options.limits ?? {}).filter(([, value]) => value !== undefined);
  return { mode: modeOf(options), realm, limits: { ...defaultLimits, ...Object.fromEntries(given) } };
}

function modeOf(options: TurnServerOptions): RelayMode {
  if (options.mode === "closed") return { kind: "closed" };
  const texts = [options.publicAddress ?? []].flat();
  const addresses = texts.map((text) => {
    const bytes = parseBytes(text);
    if (bytes === undefined) throw new TurnOptionError(`publicAddress "${text}" is no address.`);
    return bytes;
  });
  if (addresses.length === 0)
    throw new TurnOptionError("Open mode needs publicAddress: where peers of clients send to.");
  if (new Set(addresses.map(({ length }) => length)).size < addresses.length)
    throw new TurnOptionError("publicAddress has two addresses of one family; it may have one of each.");
  const { first, last } = options.relayPorts ?? { first: 49_160, last: 49_259 };
  if (
    !(Number.isInteger(first) && Number.isInteger(last) && first >= 1024 && first <= last && last <= 65_535)
  )
    throw new TurnOptionError("relayPorts needs first and last between 1024 and 65535.");
  return {
    kind: "open",
    addresses,
    firstPort: first,
    lastPort: last,
    peers: peersOf(options),
  };
}

function peersOf({ allowPeers = [], denyPeers = [] }: TurnServerOptions) {
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address.split("%")[0] ?? ""),
  );
  try {
    return makePeerPolicy(allowPeers, denyPeers, own);
  } catch (error) {
    throw new TurnOptionError(error instanceof Error ? error.message : String(error));
  }
}
