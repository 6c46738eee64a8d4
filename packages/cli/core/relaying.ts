/** STUN and relay: whether people reach each other where networks are narrow. */
import type { Facts, RelayFacts, StunFacts } from "./facts.ts";
import { type Check, type Finding, other, works } from "./finding.ts";

/** Whether pages learn their own address. */
export function stunFindings({ stun, seenFrom }: Facts): readonly Finding[] {
  if (stun === undefined) return [];
  if (stun.length === 0)
    return [
      other(
        "degraded",
        "stun",
        "no-stun",
        "No STUN: pages don't learn the address by which the world sees them, so fewer calls are direct.",
        "It comes with the relay's UDP port: --turn-port.",
      ),
    ];
  return stun.map((one) => stunFinding(one, seenFrom));
}

function stunFinding({ url, port, result }: StunFacts, seenFrom: Facts["seenFrom"]): Finding {
  if (result.ok) return works("stun", `STUN: ${url} says that you are ${result.address}.`);
  return seenFrom === "inside" && result.code === "timeout"
    ? noWayBack("stun", url)
    : other(
        "degraded",
        "stun",
        result.code,
        `STUN: ${url} does not answer (${result.code}); fewer calls are direct.`,
        openUdp(port),
      );
}

const openUdp = (port: number): string =>
  `Open UDP port ${port} in the firewall, and forward it in the router, to the same number. Some networks let no UDP out at all: try from another.`;

const names = { udp: "UDP", tcp: "TCP", tls: "TLS" } as const;
const checkOf = (transport: RelayFacts["transport"]): Check => `relay-${transport}`;

/** Whether the relay passes data, over each way to it. */
export function relayFindings({ relays, seenFrom }: Facts): readonly Finding[] {
  if (relays === undefined) return [];
  if (relays.length === 0)
    return [
      other(
        "degraded",
        "relay",
        "no-relay",
        "No relay: people whose networks block direct connections don't reach each other.",
        "Start the server with --turn closed, or with --turn external and a relay of yours.",
      ),
    ];
  const isAny = relays.some(({ result }) => result.ok);
  const found = relays.map((relay) => relayFinding(relay, isAny, seenFrom));
  if (isAny || found.some(({ state }) => state === "unknown")) return found;
  return [
    ...found,
    other(
      "fails",
      "relay",
      "no-relay-works",
      "No way to the relay works: people whose networks block direct connections don't reach each other.",
      "Put one of the above right; one is enough.",
    ),
  ];
}

function relayFinding(relay: RelayFacts, isAny: boolean, seenFrom: Facts["seenFrom"]): Finding {
  const { url, transport, result } = relay;
  const check = checkOf(transport);
  if (result.ok)
    return works(check, `Relay over ${names[transport]}: ${url} passes data (${Math.round(result.ms)} ms).`);
  if (
    seenFrom === "inside" &&
    result.stage === "connect" &&
    /timeout|ETIMEDOUT|EHOSTUNREACH/.test(result.code)
  )
    return noWayBack(check, url);
  const state = isAny ? "degraded" : "fails";
  return other(
    state,
    check,
    `${result.stage}-${result.code}`,
    `Relay over ${names[transport]}: ${url} ${verb[result.stage]} (${result.code}).`,
    relayHint(relay, result.stage, result.code),
  );
}

const verb = {
  connect: "is not reached",
  allocate: "gives no address",
  pass: "gives addresses, but passes nothing between them",
} as const;

function relayHint(
  { transport, port }: RelayFacts,
  stage: RelayFacts["result"] extends infer R ? (R extends { stage: infer S } ? S : never) : never,
  code: string,
): string {
  if (stage === "pass")
    return "A relay in open mode has to reach its own public address: look at --public-address, the relay's ports in the firewall, and whether the router leads back in.";
  if (code === "stun-401" || code === "stun-441")
    return "The relay does not know these credentials: --turn-secret has to be the relay's, and both clocks have to be right.";
  if (code === "stun-486")
    return "The relay gave this user all the addresses it may have: try again in ten minutes.";
  if (code === "not-stun" || (code === "closed" && transport !== "udp"))
    return "Something else answers there, such as a proxy for HTTP: give the relay a port of its own, or start the server with --trust-proxy.";
  if (/CERT|SIGNATURE|ALTNAME|SELF_SIGNED|ISSUER/.test(code))
    return "Browsers don't take the relay's certificate: it has to be trusted, and for this name.";
  return transport === "udp"
    ? openUdp(port)
    : `Open TCP port ${port} in the firewall, and forward it in the router, to the same number.`;
}

function noWayBack(check: Check, url: string): Finding {
  return other(
    "unknown",
    check,
    "no-way-back",
    `Whether ${url} is reached from outside can't be told from here: many routers lead nobody back in.`,
    "Look from another network with parlour doctor.",
  );
}
