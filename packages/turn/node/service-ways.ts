import type { Socket } from "node:dgram";
import type { Allocation } from "../core/index.ts";
import type { Answered, Ways } from "./engine.ts";
import { datagramSocket } from "./udp.ts";

/** By Node's sockets, each connected to the service: the kernel lets nobody else's packets in. */
export class ServiceWays implements Ways {
  readonly #sockets = new Map<Allocation, Socket>();
  readonly #service: { readonly host: string; readonly port: number };
  readonly #answered: Answered;

  constructor(service: { readonly host: string; readonly port: number }, answered: Answered) {
    this.#service = service;
    this.#answered = answered;
  }

  send(allocation: Allocation, bytes: Uint8Array): void {
    const socket = this.#sockets.get(allocation) ?? this.#open(allocation);
    try {
      // A packet is written over as soon as it was handed on.
      socket.send(Buffer.from(bytes));
    } catch {
      // Not connected yet: lost, as on any network.
    }
  }

  close(allocation: Allocation): void {
    const socket = this.#sockets.get(allocation);
    this.#sockets.delete(allocation);
    socket?.close();
  }

  #open(allocation: Allocation): Socket {
    const { host, port } = this.#service;
    const socket = datagramSocket(host.includes(":") ? 6 : 4);
    this.#sockets.set(allocation, socket);
    // A service that is gone for a moment refuses; packets are lost then.
    socket.on("error", () => {});
    socket.on("message", (bytes) => this.#answered(allocation, bytes));
    socket.connect(port, host);
    return socket;
  }
}
