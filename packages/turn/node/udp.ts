import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Allocation, type Endpoint, formatHost, parseEndpoint } from "../core/index.ts";
import type { ClientPath, Intake } from "./path.ts";

/** The kernel gives at most `net.core.rmem_max`. */
const bufferBytes = 4 * 1024 * 1024;

/** Whether several sockets of Node's can have one port, so that the kernel spreads clients over them. */
export function canSharePorts(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return (
    process.platform === "linux" &&
    (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12))
  );
}

/** A datagram socket that never looks up names: addresses alone are sent to. */
export function datagramSocket(family: 4 | 6, isShared = false): Socket {
  // Not in the types of Node 20.
  const sharing: object = isShared ? { reusePort: true } : {};
  return createSocket({
    ...sharing,
    type: family === 4 ? "udp4" : "udp6",
    // For IPv4 the flag itself is an error.
    ...(family === 6 ? { ipv6Only: true } : {}),
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
    lookup: (host, _options, callback) => callback(null, host, family),
  });
}

class UdpPath implements ClientPath {
  readonly transport = "udp";
  readonly client: Endpoint;
  allocation: Allocation | undefined = undefined;
  readonly #listener: UdpListener;
  readonly #host: string;

  constructor(listener: UdpListener, client: Endpoint, host: string) {
    this.#listener = listener;
    this.client = client;
    this.#host = host;
  }

  deliver(bytes: Uint8Array, isData: boolean): void {
    if (!isData) this.#listener.beforeAnswers();
    this.#listener.send(bytes, this.client.port, this.#host);
  }

  hold(): void {
    this.#listener.keep(this.#host, this);
  }

  release(): void {
    this.#listener.forget(this.#host, this);
  }
}

/** One UDP socket, bound to one address, and the clients with allocations on it. Others leave nothing behind. */
export class UdpListener {
  /** Called before an answer is sent. */
  beforeAnswers: () => void = () => {};
  readonly #socket: Socket;
  readonly #intake: Intake;
  #isClosed = false;
  /** By port and then by address: numbers are quicker than text, and most ports have one client. */
  readonly #paths = new Map<number, Map<string, UdpPath>>();

  private constructor(socket: Socket, intake: Intake) {
    this.#socket = socket;
    this.#intake = intake;
    // Errors of sending come here (a network that is gone, a packet that is too large): such a packet is lost, as others are.
    socket.on("error", () => {});
    socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
      const path = this.#paths.get(from.port)?.get(from.address) ?? this.#stranger(from);
      if (path !== undefined) intake.receive(path, bytes);
    });
  }

  static async open(intake: Intake, host: string, port: number, isShared = false): Promise<UdpListener> {
    const socket = datagramSocket(host.includes(":") ? 6 : 4, isShared);
    // Heard from here on: with no lookup to wait for, binding fails within the call.
    const listening = once(socket, "listening");
    socket.bind({ port, address: host, exclusive: true });
    await listening;
    return new UdpListener(socket, intake);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(bytes: Uint8Array, port: number, host: string): void {
    if (!this.#isClosed) this.#socket.send(bytes, port, host);
  }

  keep(host: string, path: UdpPath): void {
    const { port } = path.client;
    const hosts = this.#paths.get(port) ?? new Map<string, UdpPath>();
    this.#paths.set(port, hosts.set(host, path));
  }

  forget(host: string, path: UdpPath): void {
    const hosts = this.#paths.get(path.client.port);
    if (hosts?.get(host) === path) hosts.delete(host);
    if (hosts?.size === 0) this.#paths.delete(path.client.port);
  }

  /** The way to somebody: the one that is held, or a new one. */
  pathTo(to: Endpoint): ClientPath {
    const host = formatHost(to.bytes);
    return this.#paths.get(to.port)?.get(host) ?? new UdpPath(this, to, host);
  }

  /** What clients had here ends. */
  close(): Promise<void> {
    this.#isClosed = true;
    const paths = [...this.#paths.values()].flatMap((hosts) => [...hosts.values()]);
    for (const path of paths) this.#intake.closed(path);
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #stranger({ address, port }: RemoteInfo): UdpPath | undefined {
    const client = parseEndpoint(address, port);
    return client && new UdpPath(this, client, address);
  }
}
