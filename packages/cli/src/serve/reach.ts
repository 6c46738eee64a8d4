/** Under which addresses the server is reached, and what the person who started it should know about them. */
import type { NetworkInterfaceInfo } from "node:os";
import type { ServeOptions } from "./flags.ts";

/** Adapters of containers and virtual machines: nobody opens a link to them. */
const inward = /^(docker|br-|veth|virbr|vmnet|cni|flannel|podman|lxc)/;

/** What decides the lines. */
export interface Reach {
  readonly scheme: "http" | "https";
  readonly port: number;
  /** `--host`, if given. */
  readonly host: string | undefined;
  /** `--domain`, if given. */
  readonly domain?: string | undefined;
  /** What `os.networkInterfaces()` returned. */
  readonly interfaces: NodeJS.Dict<readonly NetworkInterfaceInfo[]>;
}

const everywhere = new Set(["0.0.0.0", "::", "[::]"]);
const here = new Set(["localhost", "127.0.0.1", "::1"]);

function url({ scheme, port }: Reach, host: string): string {
  const standard = scheme === "http" ? 80 : 443;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}${port === standard ? "" : `:${port}`}`;
}

/** The address for someone at this machine. */
export function ownUrl(reach: Reach): string {
  const { host, domain } = reach;
  if (domain !== undefined) return url(reach, domain);
  return url(reach, host === undefined || everywhere.has(host) ? "localhost" : host);
}

/**
 * The addresses for other machines on the same network, IPv4 first; none when the server listens on this machine alone, or has a
 * certificate for its name only.
 */
export function networkUrls(reach: Reach): readonly string[] {
  const { host, interfaces, domain } = reach;
  if (domain !== undefined) return [];
  if (host !== undefined && !everywhere.has(host)) return here.has(host) ? [] : [url(reach, host)];
  const found = Object.entries(interfaces)
    .filter(([name]) => !inward.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, address, family }) => {
      if (internal || address.startsWith("fe80:") || address.startsWith("169.254.")) return false;
      return family === "IPv4" || host !== "0.0.0.0";
    });
  const [four, six] = [
    found.filter(({ family }) => family === "IPv4"),
    found.filter(({ family }) => family === "IPv6"),
  ];
  // Machines have many IPv6 addresses of the moment; they serve where there is no IPv4 at all.
  return [...new Set((four.length > 0 ? four : six).map(({ address }) => url(reach, address)))];
}

/** What to say when everybody who reaches the port could pretend to be the proxy in front of it. */
export function trustLines(options: Pick<ServeOptions, "trust-proxy" | "host">): readonly string[] {
  if (options["trust-proxy"] !== true || here.has(options.host ?? "")) return [];
  return [
    "--trust-proxy believes what anyone who reaches this port says of visitors' addresses. Let only the proxy reach it (--host 127.0.0.1), or name its address: --trust-proxy 10.0.0.2",
  ];
}

/** Everything that `parlour serve` prints when it is ready: the first line is for programs to wait for. */
export function readyLines(
  reach: Reach & {
    readonly tls: "off" | "self" | "files" | "domain";
    readonly hasPage: boolean;
    /** What is to be said about the certificate of a domain and about the relay. */
    readonly notes: readonly string[];
    /** SHA-256 of the authority's certificate, with `--tls self`. */
    readonly fingerprint?: string;
  },
): string[] {
  const { tls, hasPage, fingerprint, notes } = reach;
  const own = ownUrl(reach);
  const others = networkUrls(reach);
  const lines = [`Parlour is ready at ${own}`];
  if (others.length > 0) lines.push(`  On this network: ${others.join("  ")}`);
  if (tls === "off" && others.length > 0)
    lines.push(
      "  Plain HTTP: other devices get no camera or microphone, since browsers allow them only over HTTPS. Start with --tls self, or put a proxy with HTTPS in front.",
    );
  if (tls === "self")
    lines.push(
      `  Browsers warn until a device trusts this server's own certificate authority, once: ${others[0] ?? own}/ca.pem (docs/hosting.md says how)`,
    );
  if (fingerprint !== undefined) lines.push(`  Its SHA-256 fingerprint: ${fingerprint}`);
  lines.push(...notes.map((line) => `  ${line}`));
  if (!hasPage) lines.push("  The page is not built, only the API and the SDK are there. Run: npm run build");
  return lines;
}
