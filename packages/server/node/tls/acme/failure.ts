/** Why an authority gave no certificate, in words for the host. */

/** Stable codes of what can go wrong on the way to a certificate. */
export type AcmeCode =
  | "acme-unreachable"
  | "acme-untrusted"
  | "acme-no-directory"
  | "acme-rate-limited"
  | "acme-unproven"
  | "acme-refused"
  | "acme-failed";

/** An attempt that failed. The message is whole: what happened and what to do. */
export class AcmeFailure extends Error {
  override readonly name = "AcmeFailure";
  readonly code: AcmeCode;
  /** How long the authority wants to hear nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(code: AcmeCode, detail: string, hint: string, retryAfterMs?: number) {
    super(`${sentence(detail)} ${hint}`);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What an authority answers to a request it does not fulfil (RFC 8555, section 6.7). */
export class AcmeProblem extends Error {
  override readonly name = "AcmeProblem";
  readonly status: number;
  /** The last part of the problem's type: `rateLimited`, `unauthorized` …; empty when it named none. */
  readonly type: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, type: string, detail: string, retryAfterMs: number | undefined) {
    super(detail);
    this.status = status;
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Ends in a full stop, on one line, of bounded length: authorities' texts are not ours. */
export function sentence(text: string): string {
  const line = text
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 400);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

const untrusted = /CERT|SIGNATURE|ISSUER|ALTNAME|SELF_SIGNED/;

/** A request that got no answer at all. */
export function noAnswer(host: string, error: NodeJS.ErrnoException): AcmeFailure {
  const code = error.code ?? error.message;
  if (untrusted.test(code))
    return new AcmeFailure(
      "acme-untrusted",
      `The certificate authority at ${host} can't be trusted (${code})`,
      "Is --acme-directory right? An authority of your own needs --acme-ca FILE; also check this machine's clock.",
    );
  return new AcmeFailure(
    "acme-unreachable",
    `The certificate authority at ${host} can't be reached (${code})`,
    "Check --acme-directory, and that this machine may reach the internet over HTTPS.",
  );
}

/** The failure that a problem comes to; those of a check of the name have words of their own (`unproven`). */
export function failureOf(problem: AcmeProblem, host: string): AcmeFailure {
  if (problem.type === "rateLimited" || problem.status === 429)
    return new AcmeFailure(
      "acme-rate-limited",
      `${host} gives no further certificate for now: ${problem.message}`,
      "Wait; it is asked again by itself. While you try things out, use the authority's staging directory (--acme-directory).",
      problem.retryAfterMs,
    );
  const hint = refusals[problem.type];
  if (hint !== undefined) return new AcmeFailure("acme-refused", `${host} refused: ${problem.message}`, hint);
  return new AcmeFailure(
    "acme-failed",
    `${host} answered ${problem.status}${problem.type && ` (${problem.type})`}: ${problem.message}`,
    "It is asked again by itself.",
    problem.retryAfterMs,
  );
}

const refusals: Record<string, string> = {
  rejectedIdentifier: "It gives none for this name: correct --domain.",
  unsupportedIdentifier: "It gives none for names of this kind: correct --domain.",
  caa: "The name's CAA record in DNS names other authorities: change it, or --acme-directory.",
  invalidContact: "Correct --acme-email, or leave it out.",
  unsupportedContact: "Correct --acme-email, or leave it out.",
  externalAccountRequired:
    "It wants an account made elsewhere, which is not supported: use another --acme-directory.",
  userActionRequired: "It wants its terms to be accepted by hand.",
};

/** A check of the name that the authority made. */
export interface Unproven {
  readonly kind: "http-01" | "tls-alpn-01";
  readonly type: string;
  readonly detail: string;
}

const portOf = { "http-01": 80, "tls-alpn-01": 443 } as const;

function hintOf({ kind, type, detail }: Unproven, domain: string): string {
  const port = portOf[kind];
  // Not every authority uses the type that is there for it.
  const isUnreachable = /fail\w* to connect|connection refused|timeout|timed out|no route/i.test(detail);
  switch (isUnreachable ? "connection" : type) {
    case "dns":
      return `Let the name ${domain} lead to this machine: an A record for IPv4, an AAAA record for IPv6 or none.`;
    case "connection":
      return `Open port ${port} to the internet, in firewall and router, and look that ${domain} leads to this machine over IPv4 and IPv6.`;
    case "rateLimited":
      return "Wait; it is asked again by itself.";
    case "caa":
      return refusals["caa"] ?? "";
    default:
      return `Something else answers at port ${port} of ${domain}: look where the name leads, over IPv4 and IPv6, and what is in front of this machine.`;
  }
}

/** The failure when no way of showing that the name is ours worked. */
export function unproven(domain: string, tried: readonly Unproven[]): AcmeFailure {
  const what = tried.map(({ kind, detail }) => `over port ${portOf[kind]} (${kind}): ${sentence(detail)}`);
  const hints = [...new Set(tried.map((each) => hintOf(each, domain)))];
  return new AcmeFailure(
    "acme-unproven",
    `The authority could not see that ${domain} is this server, ${what.join(" And ")}`,
    hints.join(" "),
  );
}
