/** Opening the port, over plain HTTP or over HTTPS with redirects. */
import type { Server as PlainServer } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Server } from "node:net";
import { join } from "node:path";
import type { AcmeSource, CertificateSource, TakeStun } from "@parlour/server/tls";
import { acmeOptions } from "./authority.ts";
import type { ServeOptions } from "./flags.ts";

/** What listens, and what the rooms' server is attached to (the same without TLS). */
export interface Listener {
  readonly http: PlainServer | SecureServer;
  readonly listening: Server;
  /** Absent without TLS. */
  readonly certificates?: CertificateSource;
  /** The same with `--domain`. */
  readonly acme?: AcmeSource;
}

/**
 * Makes the listener that the flags ask for; it does not listen yet.
 *
 * @param notable is told what the host should know about certificates, then and later
 * @param takeStun gets the connections that begin with STUN; without it the port is for pages alone
 * @throws CertificateError when there is no usable certificate
 */
export async function createListener(
  options: ServeOptions,
  data: string,
  notable: (sentence: string) => void,
  takeStun?: TakeStun,
): Promise<Listener> {
  const { tls, domain } = options;
  if (tls === "off" && domain === undefined) {
    const { createServer } = await import("node:http");
    const http = createServer();
    if (takeStun !== undefined) (await import("@parlour/server/front")).sharePort(http, takeStun);
    return { http, listening: http };
  }
  const [{ createServer }, { openFiles, openSelfSigned, openAcme, createFront }] = await Promise.all([
    import("node:https"),
    import("@parlour/server/tls"),
  ]);
  const http = createServer();
  const events = {
    notable,
    changed: (pair: { cert: string; key: string }) =>
      http.setSecureContext({ ...pair, minVersion: "TLSv1.2" }),
  };
  if (domain !== undefined) {
    const acme = openAcme(join(data, "acme"), await acmeOptions(options, domain), events);
    events.changed(acme.pair);
    return { http, listening: createFront(http, takeStun, acme.challenges), certificates: acme, acme };
  }
  const { cert = "", key = "" } = options;
  const certificates =
    tls === "self" ? openSelfSigned(join(data, "tls"), events) : await openFiles({ cert, key }, events);
  events.changed(certificates.pair);
  return { http, listening: createFront(http, takeStun), certificates };
}

const refusals: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port) => `Port ${port} is taken by another program. Choose another with --port NUMBER.`,
  EACCES: (port) =>
    `This user may not open port ${port}. Choose one from 1024 up with --port NUMBER, or allow it (docs/hosting.md, "As a service").`,
  EADDRNOTAVAIL: (_, host) => `${host} is not an address of this machine. Correct --host, or leave it out.`,
  ENOTFOUND: (_, host) => `${host} is not a name of this machine. Correct --host, or leave it out.`,
  EAI_AGAIN: (_, host) => `The name ${host} could not be looked up. Give --host an address, or leave it out.`,
};

/**
 * Opens the port.
 *
 * @returns the port that it is, or one line on why it can't be had
 */
export function open(server: Server, port: number, host: string | undefined): Promise<number | string> {
  return new Promise((done) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const words = refusals[error.code ?? ""];
      done(
        words
          ? words(port, host ?? "")
          : `Port ${port} (--port) can't be opened: ${error.code ?? error.message}.`,
      );
    };
    server.once("error", failed);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", failed);
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
