/**
 * The kinds of network that the lab knows, and what theory says about two of them: data, so that whatever differs is a failure.
 *
 * Mapping and filtering are the words of RFC 4787 (sections 4 and 5). An endpoint-independent mapping shows every other side the
 * same address and port, so that STUN finds it out; an endpoint-dependent one shows each another port, which nobody can know before.
 */
export type Network = keyof typeof networks;

interface Traits {
  readonly is: string;
  /** What UDP between this network and the rest gets through, by address family; `none`: not at all. */
  readonly udp4: Passage;
  readonly udp6: Passage;
  /** The best way on which it reaches the relay. */
  readonly relayBy: "udp" | "tcp" | "tls";
}

/**
 * What comes in from outside: anything (`open`), what comes from an address that was written to (`address`), from an address and port that
 * was written to (`port`), or the same behind a mapping that nobody can foresee (`unforeseen`).
 */
type Passage = "none" | "open" | "address" | "port" | "unforeseen";

export const networks = {
  "full-cone": traits("one mapping, lets anyone in", "open"),
  "address-restricted": traits("one mapping, lets in addresses that were written to", "address"),
  "port-restricted": traits("one mapping, lets in addresses and ports that were written to", "port"),
  symmetric: traits("another mapping towards everyone", "unforeseen"),
  double: traits("a router behind the provider's own", "port"),
  "udp-blocked": traits("no UDP at all", "none", "none", "tcp"),
  "only-443": traits("nothing but TCP to port 443", "none", "none", "tls"),
  "ipv6-only": traits("IPv6 behind a firewall, no IPv4", "none", "port"),
  "dual-stack": traits("IPv6 behind a firewall, IPv4 behind a NAT", "port", "port"),
} as const satisfies Record<string, Traits>;

function traits(
  is: string,
  udp4: Passage,
  udp6: Passage = "none",
  relayBy: Traits["relayBy"] = "udp",
): Traits {
  return { is, udp4, udp6, relayBy };
}

export const everyNetwork = Object.keys(networks) as Network[];

export type Path = "direct" | "relayed";

/** The way that a link between these two has to take: direct wherever there is one. */
export function expectedPath(one: Network, other: Network): Path {
  const [a, b]: Traits[] = [networks[one], networks[other]];
  return a !== undefined && b !== undefined && (meets(a.udp4, b.udp4) || meets(a.udp6, b.udp6))
    ? "direct"
    : "relayed";
}

function meets(one: Passage, other: Passage): boolean {
  if (one === "none" || other === "none") return false;
  // Packets from a port that nobody can foresee get in only where the port does not matter.
  if (one === "unforeseen") return other === "open" || other === "address";
  if (other === "unforeseen") return one === "open" || one === "address";
  return true;
}
