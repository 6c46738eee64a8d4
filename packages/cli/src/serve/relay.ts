/** The relay that the flags ask for, and what the host should know about it. */
import { lookup } from "node:dns/promises";
import { isIP, type Socket } from "node:net";
import type { MissingDoor, Relay } from "@parlour/server/relay";
import type { ServeOptions } from "./flags.ts";
import type { Log } from "./log.ts";
import { portProblem } from "./port-problem.ts";

/** What `createParlourServer` gets of it. */
type RelayParts = Partial<Pick<Relay, "iceServers" | "onSeatGone" | "relayStatistics">>;

/** The relay as the server has it. */
export interface ServedRelay {
  readonly parts: RelayParts;
  /** What works less than it could, one line each; what is there comes first. */
  readonly lines: readonly string[];
  handle(socket: Socket, firstBytes: Buffer): void;
  close(): Promise<void>;
}

const loopback = new Set(["localhost", "127.0.0.1", "::1"]);

/**
 * Where the relay listens: where the page does, unless that is for a proxy on this machine alone, which passes on no packets of
 * the relay. All addresses come as undefined, so that each answer leaves by the address that was asked.
 */
export async function hostOf({ host, ...options }: ServeOptions): Promise<string | undefined> {
  if (host === undefined || host === "0.0.0.0" || host === "::") return undefined;
  if (options["trust-proxy"] !== false && loopback.has(host)) return undefined;
  if (isIP(host.split("%")[0] ?? "") !== 0) return host;
  return (await lookup(host)).address;
}

/**
 * Starts the relay of `--turn closed` and `open`, or hands out the one of `external`.
 *
 * @param pagePort the page's port, which takes STUN as well
 * @param secret the one of the data folder, when none was given
 */
export async function openRelayOf(
  options: ServeOptions,
  pagePort: number,
  secret: () => string,
  log: Log,
): Promise<ServedRelay> {
  const { turn: mode } = options;
  const nothing = { handle: (socket: Socket) => void socket.destroy(), close: async () => {} };
  if (mode === "off") {
    const line =
      "No relay (--turn off): people whose networks block direct connections may not reach each other.";
    return { ...nothing, parts: {}, lines: [line] };
  }
  const { openRelay, externalRelay } = await import("@parlour/server/relay");
  const [urls, given] = [options["turn-url"], options["turn-secret"]];
  if (mode === "external") {
    const hasRelay = urls.some((url) => url.startsWith("turn"));
    const line = hasRelay
      ? `Relay: yours, at ${urls.filter((url) => url.startsWith("turn")).join(" ")}`
      : "No relay, only STUN (--turn-url): people whose networks block direct connections may not reach each other.";
    return { ...nothing, parts: externalRelay(urls, given ?? ""), lines: [line] };
  }
  const host = await hostOf(options);
  const relay = await openRelay({
    mode,
    service: serviceOf(options, pagePort, host),
    secret: given ?? secret(),
    port: options["turn-port"],
    host,
    pagePort,
    publicAddress: await publicAddressOf(options),
    furtherUrls: urls,
    fastPath: options["turn-fast-path"],
    workers: options["turn-workers"],
    lab: options["turn-lab"],
    onFault: (error) => log.error({ err: error }, "something went wrong in the relay"),
  });
  const { iceServers, onSeatGone, relayStatistics } = relay;
  return {
    parts: { iceServers, onSeatGone, relayStatistics },
    lines: [
      ...relayLines(relay, options["trust-proxy"] !== false),
      ...pathLines(relay.udpPath, options["turn-workers"]),
      ...(options["turn-lab"] === undefined
        ? []
        : ["Relayed calls are bad on purpose (--turn-lab): for tests only."]),
    ],
    handle: (socket, firstBytes) => relay.handle(socket, firstBytes),
    close: () => relay.close(),
  };
}

/** Where the relay finds the forwarder on this machine; undefined when there is none, or nobody knows its port yet. */
export function serviceOf(
  { forwarder, turn, ...options }: ServeOptions,
  pagePort: number,
  host: string | undefined,
): { readonly host: string; readonly port: number } | undefined {
  const port = options["forwarder-port"] ?? pagePort;
  const isHere = forwarder !== "off" && (turn === "closed" || turn === "open");
  return isHere && port !== 0 ? { host: host ?? "127.0.0.1", port } : undefined;
}

/** How the world reaches this machine, for open mode: as given, or as the domain's name says. */
async function publicAddressOf({ turn, domain, ...options }: ServeOptions): Promise<readonly string[]> {
  const given = options["public-address"];
  if (turn !== "open" || given.length > 0 || domain === undefined) return given;
  const found = await lookup(domain, { all: true }).catch(() => []);
  if (found.length === 0)
    throw new Error(
      `The name ${domain} leads to no address yet, which --turn open needs. Set it in DNS, or give --public-address ADDRESS.`,
    );
  return [4, 6].flatMap((family) => found.find((each) => each.family === family)?.address ?? []);
}

/** What to say when threads were asked for that there are not. */
export function pathLines(path: Relay["udpPath"], workers: number): readonly string[] {
  return path?.kind === "plain" && path.workers < workers
    ? [`The relay's UDP has one thread, not ${workers}. The fast path: ${path.why}.`]
    : [];
}

/** What to say of a relay that runs. */
export function relayLines(
  { doors: { udp, tcp }, missing }: Pick<Relay, "doors" | "missing">,
  isBehindProxy: boolean,
): readonly string[] {
  const ports = [udp === undefined ? [] : [`UDP ${udp}`], tcp === undefined ? [] : [`TCP ${tcp}`]].flat();
  const pagePort = isBehindProxy ? [] : ["TCP on the page's own port"];
  const there = [...ports, ...pagePort];
  const list = there.length > 1 ? `${there.slice(0, -1).join(", ")} and ${there.at(-1)}` : there[0];
  const lines = [
    list === undefined
      ? "No relay: people whose networks block direct connections may not reach each other."
      : `Relay: ${list}`,
  ];
  for (const { transport, port, code } of missing) lines.push(missingLine(transport, port, code));
  return lines;
}

function missingLine(transport: MissingDoor["transport"], port: number, code: string): string {
  const costs = transport === "udp" ? "relayed calls go over TCP, which is slower" : "the other ways remain";
  return `${transport.toUpperCase()} port ${port} of the relay ${portProblem(code)}: ${costs}. Free it, or choose another with --turn-port NUMBER.`;
}
