import { type Allocation, parseEndpoint } from "../../core/index.ts";
import type { Answered, Ways } from "../engine.ts";
import type { SocketAddress } from "./batch.ts";
import { keyOf, type Sockets, toSocketAddress } from "./sockets.ts";

/** By sockets that are read by the batch; only what the service sends is taken. */
export class BatchedWays implements Ways {
  readonly #sockets: Sockets;
  readonly #open = new Map<Allocation, number>();
  readonly #service: SocketAddress;
  readonly #local: Uint8Array;
  readonly #answered: Answered;

  constructor(
    sockets: Sockets,
    service: { readonly host: string; readonly port: number },
    answered: Answered,
  ) {
    const endpoint = parseEndpoint(service.host, service.port);
    if (endpoint === undefined) throw new Error(`${service.host} is no address.`);
    this.#sockets = sockets;
    this.#service = toSocketAddress(endpoint);
    // The service is on this machine: its own address reaches it.
    this.#local = endpoint.bytes;
    this.#answered = answered;
  }

  send(allocation: Allocation, bytes: Uint8Array): void {
    let socket = this.#open.get(allocation);
    if (socket === undefined) {
      try {
        socket = this.#sockets.open(this.#local, 0, "alone");
      } catch {
        // No descriptor is left: lost, as on any network.
        return;
      }
      this.#open.set(allocation, socket);
      const service = keyOf(this.#service);
      this.#sockets.watch(socket, (answer, from) => {
        if (keyOf(from) === service) this.#answered(allocation, answer);
      });
    }
    this.#sockets.batch.send(socket, this.#service, bytes, true);
  }

  close(allocation: Allocation): void {
    const socket = this.#open.get(allocation);
    if (socket === undefined) return;
    this.#open.delete(allocation);
    this.#sockets.close(socket);
  }
}
