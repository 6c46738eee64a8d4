import type { Network } from "./networks.ts";

/**
 * Where everything is and how it is wired. Each host stands behind a router of its own and that behind a provider; a change of network
 * is a change of rules, never of cables.
 *
 *     host ══ wifi, cable ══ lan1, lan2 ── router ── wan ═══ lan ── provider ── wan ═══ internet ═══ server
 *
 * All addresses are from ranges for documentation and for private use (RFC 5737, 3849, 1918).
 */
export const server = {
  name: "parlour.test",
  addresses: ["203.0.113.1", "203.0.113.2"],
  addresses6: ["2001:db8::1", "2001:db8::2"],
} as const;

export type Interface = "wifi" | "cable";

/** What belongs to the host with that number, from 1. */
export interface Place {
  readonly number: number;
  /** Of the host itself. */
  readonly address: Record<Interface, string>;
  readonly address6: Record<Interface, string>;
  /** By which the world sees it, unless the network is double. */
  readonly outside: string;
}

export function placeOf(number: number): Place {
  if (!Number.isInteger(number) || number < 1 || number > 9)
    throw new RangeError(`there are hosts 1 to 9, not ${number}`);
  return {
    number,
    address: { wifi: `192.168.${number}1.2`, cable: `192.168.${number}2.2` },
    address6: { wifi: `2001:db8:${number}:1::2`, cable: `2001:db8:${number}:2::2` },
    outside: `198.51.100.${4 * number + 2}`,
  };
}

/** Cables between two namespaces: `[one's name, its end, other's name, its end]`. */
type Cable = readonly [string, string, string, string];

export function cablesOf(host: string): readonly Cable[] {
  return [
    [host, "wifi", `${host}-router`, "lan1"],
    [host, "cable", `${host}-router`, "lan2"],
    [`${host}-router`, "wan", `${host}-provider`, "lan"],
    [`${host}-provider`, "wan", "internet", `to-${host}`],
  ];
}

export const serverCable: Cable = ["server", "wan", "internet", "to-server"];

/** Those on the way forward, and have link-local addresses of their own making at once: they ask for IPv6 neighbours with them. */
export const onTheWay = [
  "ipv4/ip_forward 1",
  "ipv6/conf/all/forwarding 1",
  "ipv6/conf/default/accept_dad 0",
] as const;

const up = (name: string): readonly string[] => [`link set dev ${name} up`];
const alone = ["link set lo up"];

/** Lines for `ip -batch` in each namespace. */
export const serverLines: readonly string[] = [
  ...alone,
  ...up("wan"),
  "addr add 203.0.113.1/29 dev wan",
  "addr add 203.0.113.2/29 dev wan",
  "route add default via 203.0.113.6",
  "addr add 2001:db8::1/64 dev wan nodad",
  "addr add 2001:db8::2/64 dev wan nodad",
  "route add ::/0 via 2001:db8::ff",
];

export function internetLines(hosts: readonly { readonly name: string; readonly place: Place }[]): string[] {
  return [
    ...alone,
    ...up("to-server"),
    "addr add 203.0.113.6/29 dev to-server",
    "addr add 2001:db8::ff/64 dev to-server nodad",
    ...hosts.flatMap(({ name, place: { number } }) => [
      ...up(`to-${name}`),
      `addr add 203.0.113.${8 + 4 * number + 1}/30 dev to-${name}`,
      `route add 198.51.100.${4 * number}/30 via 203.0.113.${8 + 4 * number + 2}`,
      `addr add 2001:db8:0:${number}::1/64 dev to-${name} nodad`,
      `route add 2001:db8:${number}::/48 via 2001:db8:0:${number}::2`,
    ]),
  ];
}

export function providerLines({ number }: Place): string[] {
  return [
    ...alone,
    ...up("wan"),
    ...up("lan"),
    `addr add 203.0.113.${8 + 4 * number + 2}/30 dev wan`,
    `route add default via 203.0.113.${8 + 4 * number + 1}`,
    `addr add 2001:db8:0:${number}::2/64 dev wan nodad`,
    `route add ::/0 via 2001:db8:0:${number}::1`,
    `addr add 198.51.100.${4 * number + 1}/30 dev lan`,
    `addr add 2001:db8:${number}:ff::1/64 dev lan nodad`,
    `route add 2001:db8:${number}::/48 via 2001:db8:${number}:ff::2`,
  ];
}

export function routerLines({ number, outside }: Place): string[] {
  return [
    ...alone,
    ...["wan", "lan1", "lan2"].flatMap(up),
    `addr add ${outside}/30 dev wan`,
    `route add default via 198.51.100.${4 * number + 1}`,
    `addr add 2001:db8:${number}:ff::2/64 dev wan nodad`,
    `route add ::/0 via 2001:db8:${number}:ff::1`,
    ...[1, 2].flatMap((lan) => [
      `addr add 192.168.${number}${lan}.1/24 dev lan${lan}`,
      `addr add 2001:db8:${number}:${lan}::1/64 dev lan${lan} nodad`,
    ]),
  ];
}

/** The addresses that a network of that kind gives to that interface. */
export function addressesOf(place: Place, used: Interface, network: Network): string[] {
  return [
    ...(network === "ipv6-only" ? [] : [place.address[used]]),
    ...(network === "ipv6-only" || network === "dual-stack" ? [place.address6[used]] : []),
  ];
}

/** The host's side anew: the interface in use has the addresses that its network gives out, the other one is down. */
export function hostLines(place: Place, used: Interface, network: Network): string[] {
  const { number } = place;
  const lan = used === "wifi" ? 1 : 2;
  return [
    ...alone,
    `link set dev ${used === "wifi" ? "cable" : "wifi"} down`,
    `addr flush dev ${used}`,
    // No address of its own making: a browser would offer it to others.
    `link set dev ${used} addrgenmode none`,
    ...up(used),
    ...addressesOf(place, used, network).flatMap((address) =>
      address.includes(":")
        ? [
            `addr add ${address}/64 dev ${used} nodad`,
            `route replace ::/0 via 2001:db8:${number}:${lan}::1 dev ${used}`,
          ]
        : [
            `addr add ${address}/24 dev ${used}`,
            `route replace default via 192.168.${number}${lan}.1 dev ${used}`,
          ],
    ),
  ];
}
