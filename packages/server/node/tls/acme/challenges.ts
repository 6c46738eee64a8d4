/** What an authority looks for to see that a name is this server's. */
import type { Socket } from "node:net";
import { createServer, type SecureContext } from "node:tls";

/** A connection of the authority, told by its first words (RFC 8737). */
export interface Aside {
  /** Whether one may come now; otherwise nobody's first words are looked at. */
  readonly isExpecting: boolean;
  /** Whether a connection with these first words is one. */
  isFor(protocols: readonly string[]): boolean;
  take(socket: Socket): void;
}

const acmeProtocol = "acme-tls/1";

/** The challenges that stand now, of both kinds. */
export class Challenges implements Aside {
  readonly #answers = new Map<string, string>();
  readonly #contexts = new Map<string, SecureContext>();
  /** Gets connections from the front; it does not listen itself. Its certificates are for the authority alone. */
  readonly #validation = createServer(
    {
      ALPNProtocols: [acmeProtocol],
      SNICallback: (name, answer) => {
        const context = this.#contexts.get(name.toLowerCase());
        answer(context === undefined ? new Error("no such name") : null, context);
      },
    },
    (socket) => {
      socket.on("error", () => {});
      socket.end();
    },
  ).on("tlsClientError", () => {});

  /** What `/.well-known/acme-challenge/TOKEN` answers (RFC 8555, section 8.3). */
  answer(path: string): string | undefined {
    const token = /^\/\.well-known\/acme-challenge\/([\w-]{1,256})$/.exec(path)?.[1];
    return token === undefined ? undefined : this.#answers.get(token);
  }

  /** Until `done` is called, HTTP answers for this token. */
  overHttp(token: string, keyAuthorization: string): () => void {
    this.#answers.set(token, keyAuthorization);
    return () => void this.#answers.delete(token);
  }

  /** Until `done` is called, the authority's TLS connections for this name get this certificate. */
  overTls(name: string, context: SecureContext): () => void {
    this.#contexts.set(name.toLowerCase(), context);
    return () => void this.#contexts.delete(name.toLowerCase());
  }

  get isExpecting(): boolean {
    return this.#contexts.size > 0;
  }

  isFor(protocols: readonly string[]): boolean {
    return protocols.includes(acmeProtocol);
  }

  take(socket: Socket): void {
    this.#validation.emit("connection", socket);
  }
}
