/** The forwarder that the flags ask for, and what the host should know about it. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Forwarder } from "@parlour/server";
import type { ServeOptions } from "./flags.ts";
import type { Log } from "./log.ts";
import { portProblem } from "./port-problem.ts";
import { serviceOf } from "./relay.ts";

/** The forwarder as the server has it. */
export interface ServedForwarder {
  /** What `createParlourServer` gets of it. */
  readonly parts: { readonly forwarder?: Forwarder };
  /** One line for the host, once the server is made. */
  lines(): readonly string[];
}

const meshOnly = "rooms are a mesh, and with more than a few cameras pages pass them on";

/**
 * Prepares the forwarder of `--forwarder embedded`.
 *
 * @param pagePort the page's port, whose number it takes for UDP unless it was given another
 * @param host where to listen; undefined: everywhere
 */
export function forwarderOf(
  options: ServeOptions,
  pagePort: number,
  host: string | undefined,
  log: Log,
): ServedForwarder {
  if (options.forwarder === "off") {
    return { parts: {}, lines: () => [`No forwarder (--forwarder off): ${meshOnly}.`] };
  }
  const wanted = options["forwarder-port"] ?? pagePort;
  const known = [...options["public-address"]];
  const { domain } = options;
  if (domain !== undefined) {
    lookup(domain, { all: true }).then(
      (found) => known.push(...found.map(({ address }) => address)),
      // Said by the self-test, which tries the name as well.
      () => {},
    );
  }
  const isInRelay = serviceOf(options, pagePort, host) !== undefined;
  let inside: ReturnType<Forwarder["reach"]>["inside"];
  let line = "";
  return {
    lines: () => [line],
    parts: {
      forwarder: {
        async start(events) {
          const { engineOnDemand } = await import("@parlour/forwarder");
          if (isInRelay) inside = (await import("@parlour/server/relay")).serviceAddress;
          const engineOptions = {
            port: wanted,
            ...(host === undefined ? {} : { host }),
            log: (level: "info" | "warn" | "error", message: string, details: object = {}) =>
              log[level](details, message),
          };
          try {
            const engine = await engineOnDemand(engineOptions, events, async (...given) =>
              (await import("@parlour/forwarder/engine")).startEngine(...given),
            );
            line = `Forwarder: UDP ${engine.port}, for rooms too large for a mesh`;
            return engine;
          } catch (error) {
            const problem = portProblem((error as NodeJS.ErrnoException).code ?? (error as Error).message);
            line = `UDP port ${wanted} of the forwarder ${problem}: ${meshOnly}. Free it, or choose another with --forwarder-port NUMBER.`;
            return undefined;
          }
        },
        reach: ({ localAddress, isProxied }) => ({
          addresses: addressesFor(isProxied ? undefined : localAddress, known),
          ...(inside === undefined ? {} : { inside }),
        }),
      },
    },
  };
}

/** Behind a proxy, and on this machine itself, any address of the machine may be the one that leads here. */
export function addressesFor(
  localAddress: string | undefined,
  known: readonly string[],
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): readonly string[] {
  const came = localAddress?.replace(/^::ffff:/, "").split("%")[0] ?? "";
  const isElsewhere = isIP(came) !== 0 && !isLoopback(came);
  const own = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address);
  const all = [...known, ...(isIP(came) === 0 ? [] : [came]), ...(isElsewhere ? [] : own)];
  return [...new Set(all)].slice(0, mostAddresses);
}

/** Each is a candidate that every page checks. */
const mostAddresses = 6;

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
