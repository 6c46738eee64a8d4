/** A TLS server and client on this machine, for tests: what a handshake really says. */
import { createServer, type Server } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { connect } from "node:tls";
import type { CertificatePair } from "./certificate.ts";

/** An HTTPS server that answers "hello". */
export async function serve(pair: CertificatePair, port = 0): Promise<Server> {
  const server = createServer({ cert: pair.cert, key: pair.key }, (_, response) => response.end("hello"));
  return await listening(server, port);
}

export function listening<T extends NetServer>(server: T, port = 0): Promise<T> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}

export const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

/** "trusted", or the words of the refusal; and the fingerprint of what was trusted. */
export function handshake(
  port: number,
  { ca, name }: { ca?: string; name?: string } = {},
): Promise<{ verdict: string; fingerprint: string }> {
  return new Promise((done) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      ...(ca === undefined ? {} : { ca }),
      ...(name === undefined ? {} : { servername: name }),
    });
    socket.once("secureConnect", () => {
      done({ verdict: "trusted", fingerprint: socket.getPeerX509Certificate()?.fingerprint256 ?? "" });
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) =>
      done({ verdict: `${error.code}: ${error.message}`, fingerprint: "" }),
    );
  });
}
