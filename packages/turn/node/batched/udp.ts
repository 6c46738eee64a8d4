import type { Allocation, Endpoint } from "../../core/index.ts";
import type { ClientPath, Intake } from "../path.ts";
import type { SocketAddress } from "./batch.ts";
import { keyOf, type Sockets, toEndpoint, toSocketAddress } from "./sockets.ts";

class BatchedPath implements ClientPath {
  readonly transport = "udp";
  readonly client: Endpoint;
  allocation: Allocation | undefined = undefined;
  readonly #listener: BatchedListener;
  readonly #address: SocketAddress;

  constructor(listener: BatchedListener, from: SocketAddress) {
    const { endpoint } = toEndpoint(from);
    this.#listener = listener;
    this.client = endpoint;
    // As long as the kernel wants it: 16 bytes, or 28.
    this.#address = from.slice(0, endpoint.family === 4 ? 4 : 7);
  }

  deliver(bytes: Uint8Array, isData: boolean): void {
    this.#listener.send(this.#address, bytes, isData);
  }

  hold(): void {
    this.#listener.paths.set(keyOf(this.#address), this);
  }

  release(): void {
    const { paths } = this.#listener;
    if (paths.get(keyOf(this.#address)) === this) paths.delete(keyOf(this.#address));
  }
}

/** One UDP socket of clients, and those with allocations on it. Others leave nothing behind. */
export class BatchedListener {
  readonly paths = new Map<number | string, BatchedPath>();
  readonly #sockets: Sockets;
  readonly #socket: number;
  readonly #intake: Intake;

  constructor(sockets: Sockets, socket: number, intake: Intake) {
    this.#sockets = sockets;
    this.#socket = socket;
    this.#intake = intake;
    sockets.watch(socket, (bytes, from) => {
      intake.receive(this.paths.get(keyOf(from)) ?? new BatchedPath(this, from), bytes);
    });
  }

  /** The way to somebody: the one that is held, or a new one. */
  pathTo(to: Endpoint): ClientPath {
    const address = toSocketAddress(to);
    return this.paths.get(keyOf(address)) ?? new BatchedPath(this, address);
  }

  send(to: SocketAddress, bytes: Uint8Array, isData: boolean): void {
    this.#sockets.batch.send(this.#socket, to, bytes, isData);
  }

  /** What clients had here ends. */
  close(): void {
    for (const path of [...this.paths.values()]) this.#intake.closed(path);
    this.#sockets.close(this.#socket);
  }
}
