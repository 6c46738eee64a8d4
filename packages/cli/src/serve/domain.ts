/** `--domain`: where the certificate authority looks, and what the host should know of the certificate. */
import { setTimeout as delay } from "node:timers/promises";
import type { AcmeSource, AcmeStatus, ChallengeKind } from "@parlour/server/tls";
import type { ServeOptions } from "./flags.ts";
import { open } from "./listen.ts";

/** The server is ready after this, with or without a certificate. Authorities take a few seconds. */
const firstAnswerMs = 60_000;

/** Certificate and plain HTTP of a domain. */
export interface ServedDomain {
  /** What to say after the ready line. */
  readonly lines: readonly string[];
  close(): void;
}

/**
 * Opens the port of plain HTTP and gets the certificate; settles when the authority has answered, or after a minute.
 *
 * @param port of HTTPS, which is open already
 */
export async function serveDomain(
  acme: AcmeSource,
  options: ServeOptions,
  port: number,
): Promise<ServedDomain> {
  const { createPlainPort } = await import("@parlour/server/tls");
  const lines: string[] = [];
  const wanted = options["http-port"];
  const plain = createPlainPort(
    () => port,
    (path) => acme.challenges.answer(path),
  );
  const opened = wanted === undefined ? undefined : await open(plain, wanted, options.host);
  if (typeof opened === "string")
    lines.push(
      `${opened.replace(/ Choose .*/, "")} So nobody is sent from http:// to https://, and the authority can look on port 443 alone. Free it, or choose another with --http-port NUMBER.`,
    );
  const hasPlain = typeof opened === "number";
  await Promise.race([
    acme.start(challengeKinds(port, hasPlain)),
    delay(firstAnswerMs, undefined, { ref: false }),
  ]);
  return {
    lines: [...certificateLines(acme.status, options), ...lines],
    close: () => void plain.close().closeAllConnections(),
  };
}

/** How the authority may look: it asks at 80 and 443 whatever our own ports are, so the one that is open under its own number comes first. */
export function challengeKinds(port: number, hasPlain: boolean): readonly ChallengeKind[] {
  if (!hasPlain) return ["tls-alpn-01"];
  return port === 443 ? ["tls-alpn-01", "http-01"] : ["http-01", "tls-alpn-01"];
}

const minute = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** How it stands with the certificate, in words. */
export function certificateLines(
  status: AcmeStatus,
  options: Pick<ServeOptions, "domain" | "acme-directory">,
): readonly string[] {
  const { host } = new URL(options["acme-directory"]);
  switch (status.state) {
    case "good":
      return [`Certificate: from ${host}, until ${day(status.until)}, renewed by itself`];
    case "waiting":
      return [`No certificate yet: ${host} has not answered. Browsers warn until it has.`];
    case "failing": {
      const now =
        status.until === undefined
          ? "No certificate yet, so browsers warn"
          : `The certificate could not be renewed and ends on ${day(status.until)}`;
      return [`${now} (${status.code}): ${status.reason} Next attempt: ${minute(status.nextAttempt)}`];
    }
  }
}
