import { once } from "node:events";
import { createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from "node:tls";
import type { Connections } from "./connections.ts";
import { type OpenUdp, UdpEverywhere } from "./udp-everywhere.ts";

export interface ListenOptions {
  /** Default 3478, for TLS 5349; 0: any. */
  readonly port?: number;
  /** An address. Default: all of both families. */
  readonly host?: string;
}

/** A certificate and its key, and whatever else Node's TLS takes. */
export type ListenTlsOptions = ListenOptions & Pick<TlsOptions, "cert" | "key" | "ca" | "SNICallback">;

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}
/** A listener that has to look at the machine again now and then. */
export interface Refreshed extends Listener {
  refresh(): Promise<void>;
}
export interface SecureListener extends Listener {
  /** New connections get this certificate. */
  renew(certificate: Pick<TlsOptions, "cert" | "key" | "ca">): void;
}

const defaultPort = 3478;
const defaultTlsPort = 5349;
const handshakeMs = 10_000;

export async function listenUdp(open: OpenUdp, options: ListenOptions): Promise<Refreshed> {
  const { port = defaultPort, host } = options;
  if (host === undefined) return UdpEverywhere.open(open, port);
  const only = await open(host, port);
  return { port: only.port, close: () => only.close(), refresh: async () => {} };
}

export async function listenTcp(connections: Connections, options: ListenOptions): Promise<Listener> {
  const server = createTcpServer({ noDelay: true }, (socket) => {
    if (connections.admit(socket)) connections.serve(socket);
  });
  const port = await listen(server, options.port ?? defaultPort, options.host);
  return { port, close: () => close(server) };
}

export async function listenTls(
  connections: Connections,
  options: ListenTlsOptions,
): Promise<SecureListener> {
  const { port: wanted = defaultTlsPort, host, ...certificate } = options;
  const server: TlsServer = createTlsServer({ ...certificate, handshakeTimeout: handshakeMs });
  // Counted before the handshake, which is what costs.
  server.prependListener("connection", (socket) => connections.admit(socket));
  server.on("secureConnection", (socket) => connections.serve(socket));
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const port = await listen(server, wanted, host);
  return { port, close: () => close(server), renew: (renewed) => server.setSecureContext(renewed) };
}

async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Stops listening; connections are closed by whoever has them. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
