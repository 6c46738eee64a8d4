import type { Network } from "./networks.ts";

/** What goes wrong on a line, whatever its network is like. */
export interface Trouble {
  readonly udpBlocked: boolean;
  /** UDP goes out, and none comes in. */
  readonly deaf: boolean;
  /** Of UDP nothing comes in but checks of ICE and what else is STUN. */
  readonly checksAlone: boolean;
  /** STUN and TURN servers are asked over UDP, and no answer comes in. */
  readonly unanswered: boolean;
  /** Nothing passes, in either direction, and nobody is told. */
  readonly silent: boolean;
  /** Share of packets that are lost, each way. */
  readonly loss: number;
}

export const noTrouble: Trouble = {
  udpBlocked: false,
  deaf: false,
  checksAlone: false,
  unanswered: false,
  silent: false,
  loss: 0,
};

/**
 * The rules of the router in front of a host, as one transaction for `nft -f`. `lan*` are its sides towards the host, `wan` is the
 * one towards the provider.
 */
export function routerRules(network: Network, host: string | undefined, trouble: Trouble): string {
  return ["flush ruleset", translation(network, host), sixRules(network), troubleRules(trouble)].join("\n");
}

/** The rules of the provider: a NAT of its own where the network is double, else it just routes. */
export function providerRules(network: Network): string {
  return network === "double" ? `flush ruleset\n${table({})}` : "flush ruleset";
}

interface Parts {
  readonly before?: string;
  readonly masquerade?: string;
  readonly outgoing?: string;
  readonly incoming?: string;
}

/**
 * Without the chain `input`, a packet of the peer that comes before ours went out leaves an entry of its own in the table of connections;
 * our flow then gets another port, and punching through fails at random.
 */
const table = ({ before = "", masquerade = "masquerade", outgoing = "", incoming = "" }: Parts): string => `
table ip lab {
  set sent { type inet_service . ipv4_addr; flags dynamic,timeout; timeout 60s; }
  chain before { type nat hook prerouting priority dstnat; ${before}; }
  chain after { type nat hook postrouting priority srcnat; oifname "wan" ${masquerade}; }
  chain input { type filter hook input priority filter; iifname "wan" ct state new drop; }
  chain through {
    type filter hook forward priority filter; policy drop;
    ct state invalid drop
    ${outgoing}
    iifname "lan*" oifname "wan" accept
    ${incoming}
    ct state established,related accept
  }
}`;

function translation(network: Network, host: string | undefined): string {
  const toHost = `iifname "wan" meta l4proto udp dnat to ${host}`;
  const fromOutside = 'iifname "wan" oifname "lan*" meta l4proto udp';
  switch (network) {
    case "full-cone":
      return table({ before: toHost, incoming: `${fromOutside} accept` });
    case "address-restricted":
      return table({
        before: toHost,
        outgoing: 'iifname "lan*" oifname "wan" meta l4proto udp update @sent { udp sport . ip daddr }',
        incoming: `${fromOutside} udp dport . ip saddr @sent accept`,
      });
    case "symmetric":
      return table({ masquerade: "masquerade random,fully-random" });
    case "udp-blocked":
      return table({ outgoing: "meta l4proto udp drop" });
    case "only-443":
      return table({ outgoing: 'iifname "lan*" tcp dport != 443 drop\n    meta l4proto udp drop' });
    case "port-restricted":
    case "double":
    case "ipv6-only":
    case "dual-stack":
      return table({});
  }
}

/** IPv6 is not translated; a firewall that keeps state lets in only what answers. Hosts of other networks have no such address. */
function sixRules(network: Network): string {
  if (network !== "ipv6-only" && network !== "dual-stack") return "";
  return `
table ip6 lab {
  chain through {
    type filter hook forward priority filter; policy drop;
    ct state invalid drop
    iifname "lan*" oifname "wan" accept
    ct state established,related accept
    meta l4proto icmpv6 accept
  }
}`;
}

function troubleRules({ udpBlocked, deaf, checksAlone, unanswered, silent, loss }: Trouble): string {
  if (loss < 0 || loss > 1) throw new RangeError(`a share of packets is between 0 and 1, not ${loss}`);
  const rules = [
    ...(silent ? ["drop"] : []),
    ...(udpBlocked ? ["meta l4proto udp drop"] : []),
    ...(deaf ? ['iifname "wan" meta l4proto udp drop'] : []),
    // STUN begins with 0 to 3 (RFC 7983, section 7): the first byte of what UDP carries.
    ...(checksAlone ? ['iifname "wan" meta l4proto udp @th,64,8 > 3 drop'] : []),
    ...(unanswered ? ['iifname "wan" udp sport 3478 drop'] : []),
    ...(loss > 0 ? [`numgen random mod 10000 < ${Math.round(loss * 10_000)} drop`] : []),
  ];
  if (rules.length === 0) return "";
  return `
table inet trouble {
  chain through {
    type filter hook forward priority -10;
    ${rules.join("\n    ")}
  }
}`;
}
