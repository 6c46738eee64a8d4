/** Name, port and certificate: whether the server is there at all. */
import type { CertificateFacts, Facts } from "./facts.ts";
import { type Finding, other, works } from "./finding.ts";

const list = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;

/** Where the name leads. */
export function nameFindings({ target, names }: Facts): readonly Finding[] {
  if (names === undefined) return [];
  if ("addresses" in names) return [works("name", `${target.host} leads to ${list(names.addresses)}.`)];
  return [
    other(
      "fails",
      "name",
      "name-unknown",
      `The name ${target.host} leads nowhere (${names.code}).`,
      "Give it an A record with the server's IPv4 address, an AAAA record with its IPv6 address, or both; new records take minutes to be seen everywhere.",
    ),
  ];
}

const closed: Record<string, string> = {
  ECONNREFUSED:
    "Nothing listens there: is the server running, on this port (--port), on all addresses (--host)?",
  EHOSTUNREACH: "No way leads there: is the address right?",
  ENETUNREACH:
    "No way leads there from here: is the address right, and has this machine that kind of address?",
};
const silent = (port: number): string =>
  `A firewall or a router drops it: open TCP port ${port}, and forward it to the server where there is a router.`;

/** Whether the port opens. */
export function portFindings({ target, doors, seenFrom }: Facts): readonly Finding[] {
  const { port, url } = target;
  const open = doors.filter(({ tried }) => tried.ok).map(({ address }) => address);
  const shut = doors.flatMap(({ address, tried }) => (tried.ok ? [] : [{ address, code: tried.code }]));
  const [first] = shut;
  if (first === undefined)
    return open.length === 0 ? [] : [works("port", `TCP port ${port} is open at ${list(open)}.`)];
  const missing = list(shut.map(({ address, code }) => `${address} (${code})`));
  if (seenFrom === "inside")
    return [
      other(
        "unknown",
        "port",
        "no-way-back",
        `Whether ${url} is reached from outside can't be told from here: it does not answer this machine itself at ${missing}. Many routers lead nobody back in.`,
        `Look from another network: parlour doctor ${url}`,
      ),
    ];
  if (open.length > 0)
    return [
      other(
        "degraded",
        "port",
        "port-partly-closed",
        `TCP port ${port} is open at ${list(open)}, but not at ${missing}.`,
        "Whoever comes by that address waits or fails: open the port there, or take the address out of DNS.",
      ),
    ];
  return [
    other(
      "fails",
      "port",
      "port-closed",
      `TCP port ${port} does not open at ${missing}.`,
      closed[first.code] ?? silent(port),
    ),
  ];
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

const distrusted: readonly (readonly [RegExp, string])[] = [
  [/EXPIRED/, "Renew it; with --domain the server does so by itself, and its log says what keeps it."],
  [/NOT_YET_VALID/, "Is this machine's clock right?"],
  [/ALTNAME|HOSTNAME/, "It is for another name: open the address it is for, or get one for this name."],
  [
    /LEAF_SIGNATURE|ISSUER/,
    "Either its chain is not whole (give --cert the full chain), or its authority is the server's own (--tls self): trust that once, here with --ca FILE.",
  ],
  [
    /SELF_SIGNED/,
    "It is of the server's own making: trust its authority once (--tls self; here with --ca FILE), or use --domain.",
  ],
];

/** Whether browsers will take the certificate. */
export function certificateFindings({ target, certificate, at }: Facts): readonly Finding[] {
  if (certificate === undefined) return target.isSecure ? [] : plainFindings(target);
  if ("code" in certificate)
    return [
      other(
        "fails",
        "certificate",
        "no-tls",
        `There is no HTTPS at port ${target.port} (${certificate.code}).`,
        "Is it the right port? Start the server with --domain or --tls, or put a proxy with HTTPS in front.",
      ),
    ];
  return [trusted(certificate, at)];
}

function trusted({ from, until, issuer, distrust }: CertificateFacts, at: number): Finding {
  if (distrust !== undefined) {
    const hint = distrusted.find(([code]) => code.test(distrust))?.[1] ?? "Look at the certificate.";
    return other(
      "fails",
      "certificate",
      "not-trusted",
      `Browsers warn of the certificate (${distrust}).`,
      hint,
    );
  }
  // Those who renew by themselves do so with a third of its life left.
  return until - at < (until - from) / 6
    ? other(
        "degraded",
        "certificate",
        "ends-soon",
        `The certificate ends on ${day(until)}.`,
        "Renew it; with --domain the server does so by itself, and its log says what keeps it.",
      )
    : works("certificate", `Certificate: trusted, from ${issuer}, until ${day(until)}.`);
}

function plainFindings({ host }: Facts["target"]): readonly Finding[] {
  if (/^(localhost|127\.|::1$)/.test(host)) return [];
  return [
    other(
      "degraded",
      "certificate",
      "plain-http",
      "Plain HTTP: browsers give other devices neither camera nor microphone, and no private rooms.",
      "Start the server with --domain NAME or --tls self, or put a proxy with HTTPS in front.",
    ),
  ];
}
