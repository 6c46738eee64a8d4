/** What carries a client's packets to a server and back. */
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import { cutFrames } from "../../core/index.ts";

/** How a client reaches its server. */
export type WireTransport = "udp" | "tcp" | "tls";

/** Where the server is, and whom to trust. */
export interface WireOptions {
  readonly transport: WireTransport;
  /** An address, or a name that the system looks up. */
  readonly host: string;
  readonly port: number;
  /** TLS: the name that the certificate has to be for; default: `host`. */
  readonly serverName?: string | undefined;
  /** TLS: PEM of authorities to trust beside those of Node. */
  readonly ca?: readonly string[] | undefined;
  /** TLS: false takes any certificate. */
  readonly mustTrust?: boolean | undefined;
  readonly timeoutMs: number;
}

/** An open way to a server. */
export interface Wire {
  /** Whether packets can be lost, so that requests have to be repeated. */
  readonly isLossy: boolean;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** What becomes of it. */
export interface WireEvents {
  readonly packet: (bytes: Uint8Array) => void;
  /** It ended by itself; a Node error code, or `closed`. */
  readonly ended: (code: string) => void;
}

/** Longer ones come from no relay: data of 64 KiB and its frame. */
const frameBytesMax = 70_000;

/**
 * Opens it.
 *
 * @throws Error whose `code` says why not: Node's, those of TLS, or `timeout`
 */
export async function openWire(options: WireOptions, events: WireEvents): Promise<Wire> {
  return options.transport === "udp" ? await openUdp(options, events) : await openStream(options, events);
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** The name is looked up by the system before; a socket has one family. */
async function openUdp({ host, port }: WireOptions, events: WireEvents): Promise<Wire> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  let isClosed = false;
  const close = () => {
    if (!isClosed) socket.close();
    isClosed = true;
  };
  socket.on("message", (bytes) => events.packet(bytes));
  await new Promise<void>((done, failed) => {
    socket.once("error", failed);
    socket.connect(port, address, () => {
      socket.off("error", failed);
      done();
    });
  });
  // Nobody listens there (ICMP says so): all that can be said of UDP is that no answer came, unless this tells more.
  socket.on("error", (error) => events.ended(codeOf(error)));
  return { isLossy: true, send: (bytes) => void (isClosed || socket.send(bytes)), close };
}

async function openStream(options: WireOptions, events: WireEvents): Promise<Wire> {
  const { host, port, transport, serverName, ca, mustTrust = true, timeoutMs } = options;
  const name = serverName ?? host;
  const socket: Socket =
    transport === "tcp"
      ? connectTcp({ host, port })
      : connectTls({
          host,
          port,
          rejectUnauthorized: mustTrust,
          // Browsers name no protocol here either.
          ...(isIP(name) === 0 ? { servername: name } : {}),
          ...(ca === undefined ? {} : { ca: [...rootCertificates, ...ca] }),
        });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((done, failed) => {
      timer = setTimeout(() => failed(failure("timeout")), timeoutMs);
      socket.once("error", (error: NodeJS.ErrnoException) => failed(failure(codeOf(error))));
      socket.once("close", () => failed(failure("closed")));
      socket.once(transport === "tcp" ? "connect" : "secureConnect", () => done());
    });
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  let reason = "closed";
  socket.on("error", (error: NodeJS.ErrnoException) => {
    reason = codeOf(error);
  });
  socket.on("close", () => events.ended(reason));
  let rest: Uint8Array = new Uint8Array();
  socket.on("data", (chunk: Buffer) => {
    const cut = cutFrames(Buffer.concat([rest, chunk]), frameBytesMax);
    if (cut === undefined) {
      reason = "not-stun";
      socket.destroy();
      return;
    }
    rest = cut.rest;
    for (const frame of cut.frames) events.packet(frame);
  });
  return {
    isLossy: false,
    send: (bytes) => void socket.write(bytes),
    close: () => void socket.destroy(),
  };
}
