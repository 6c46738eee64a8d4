import type { Socket } from "node:dgram";
import {
  type Allocation,
  type Endpoint,
  formatHost,
  type HostKey,
  type Place,
  parseHost,
} from "../core/index.ts";
import type { PortEvents, Ports } from "./engine.ts";
import { datagramSocket } from "./udp.ts";

/** How many peers' addresses a port remembers in both forms. */
const remembered = 256;
/** How many addresses are remembered as text, of all ports together. */
const rememberedTexts = 4096;

/** Open mode: the real UDP ports of allocations. */
export class RelayPorts implements Ports {
  readonly #sockets = new Map<Allocation, Socket>();
  readonly #texts = new Map<HostKey, string>();
  readonly #hosts: { readonly v4: string; readonly v6: string };
  readonly #events: PortEvents;

  /** `hosts`: the local addresses to bind. */
  constructor(hosts: { readonly v4: string; readonly v6: string }, events: PortEvents) {
    this.#hosts = hosts;
    this.#events = events;
  }

  bind(allocation: Allocation): void {
    const { family, port } = allocation.relayed;
    const socket = datagramSocket(family);
    this.#sockets.set(allocation, socket);
    socket.once("error", () => {
      if (this.#sockets.get(allocation) !== socket) return;
      this.#sockets.delete(allocation);
      socket.close();
      this.#events.bound(allocation, false);
    });
    socket.once("listening", () => {
      socket.removeAllListeners("error");
      // A peer that refuses, a network that is gone: packets are lost, the port stays.
      socket.on("error", () => {});
      this.#events.bound(allocation, true);
    });
    const known = new Map<string, Uint8Array>();
    socket.on("message", (bytes, from) => {
      let host = known.get(from.address);
      if (host === undefined) {
        host = parseHost(from.address);
        if (host === undefined) return;
        if (known.size < remembered) known.set(from.address, host);
      }
      const peer: Endpoint = { family: host.length === 4 ? 4 : 6, bytes: host, port: from.port };
      this.#events.message(allocation, peer, bytes);
    });
    socket.bind({ port, address: family === 4 ? this.#hosts.v4 : this.#hosts.v6, exclusive: true });
  }

  emit(allocation: Allocation, to: Place, bytes: Uint8Array): void {
    let text = this.#texts.get(to.host);
    if (text === undefined) {
      text = formatHost(to.bytes);
      if (this.#texts.size >= rememberedTexts) this.#texts.clear();
      this.#texts.set(to.host, text);
    }
    this.#sockets.get(allocation)?.send(bytes, to.port, text);
  }

  unbind(allocation: Allocation): void {
    const socket = this.#sockets.get(allocation);
    if (socket === undefined) return;
    this.#sockets.delete(allocation);
    socket.close();
  }
}
