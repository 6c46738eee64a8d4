import { type Allocation, type EndpointKey, type Place, parseBytes } from "../../core/index.ts";
import type { PortEvents, Ports } from "../engine.ts";
import type { SocketAddress } from "./batch.ts";
import { type Sockets, toEndpoint, toSocketAddress } from "./sockets.ts";

/** How many peers' addresses are remembered in the kernel's form, of all ports together. */
const remembered = 4096;

/** Open mode: the real UDP ports of allocations. */
export class BatchedPorts implements Ports {
  readonly #bound = new Map<Allocation, number>();
  readonly #addresses = new Map<EndpointKey, SocketAddress>();
  readonly #sockets: Sockets;
  readonly #hosts: { readonly v4: string; readonly v6: string };
  readonly #events: PortEvents;

  /** `hosts`: the local addresses to bind. */
  constructor(sockets: Sockets, hosts: { readonly v4: string; readonly v6: string }, events: PortEvents) {
    this.#sockets = sockets;
    this.#hosts = hosts;
    this.#events = events;
  }

  bind(allocation: Allocation): void {
    const { family, port } = allocation.relayed;
    let socket: number;
    try {
      const host = parseBytes(family === 4 ? this.#hosts.v4 : this.#hosts.v6);
      if (host === undefined) throw new Error("relayHosts has no address of this family.");
      socket = this.#sockets.open(host, port, "alone");
    } catch {
      this.#events.bound(allocation, false);
      return;
    }
    this.#bound.set(allocation, socket);
    this.#sockets.watch(socket, (bytes, from) =>
      this.#events.message(allocation, toEndpoint(from).endpoint, bytes),
    );
    this.#events.bound(allocation, true);
  }

  emit(allocation: Allocation, to: Place, bytes: Uint8Array): void {
    const socket = this.#bound.get(allocation);
    if (socket === undefined) return;
    let address = this.#addresses.get(to.key);
    if (address === undefined) {
      address = toSocketAddress(to);
      if (this.#addresses.size >= remembered) this.#addresses.clear();
      this.#addresses.set(to.key, address);
    }
    this.#sockets.batch.send(socket, address, bytes, true);
  }

  unbind(allocation: Allocation): void {
    const socket = this.#bound.get(allocation);
    if (socket === undefined) return;
    this.#bound.delete(allocation);
    this.#sockets.close(socket);
  }
}
