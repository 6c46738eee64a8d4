import type { Endpoint } from "../../core/index.ts";
import { Batch, type SocketAddress } from "./batch.ts";
import { type Arena, type Kernel, systemError } from "./kernel.ts";

/** Linux's numbers. */
const inet = 2;
const inet6 = 10;
const datagram = 2 | 0o4000 | 0o2000000; // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
const socketLevel = 1;
const option = { sendBuffer: 7, receiveBuffer: 8, reusePort: 15 } as const;
const ipv6Level = 41;
const ipv6Only = 26;
const epollIn = 1;
/** Once for each write, so that nobody has to read what was written. */
const epollEdge = 0x8000_0000;
const epollAdd = 1;
const epollRemove = 2;
const eventFlags = 0o4000 | 0o2000000;
/** struct epoll_event is packed on x64 alone. */
const eventBytes = process.arch === "x64" ? 12 : 16;
const eventDataAt = process.arch === "x64" ? 4 : 8;
const events = 64;
/** The kernel gives at most `net.core.rmem_max`. */
const bufferBytes = 4 * 1024 * 1024;
/** In the scratch memory: an address, a number, an event to watch for, then events that came. */
const numberAt = 32;
const eventAt = 48;
const eventsAt = 64;

/** Whether several sockets have one port: the first of them takes it only if nobody else has it. */
export type Sharing = "alone" | "first" | "further";
/** What is still there when a thread ends without closing anything, besides its sockets and the file that it is woken by. */
export interface Remains {
  readonly files: readonly number[];
  /** Addresses, to be freed by `Kernel.free`. */
  readonly memory: readonly number[];
}
export type TakeDatagram = (bytes: Uint8Array, from: SocketAddress) => void;

/** Sockets that are waited for, read and written by the batch. */
export class Sockets {
  readonly batch: Batch;
  readonly #kernel: Kernel;
  readonly #epoll: number;
  readonly #takers = new Map<number, TakeDatagram>();
  readonly #scratch: Arena;
  readonly #words: Uint32Array;
  readonly #events: DataView;
  /**
   * Written to from any thread, with `fs.writeSync`, to end a wait. Whoever tells the others of it closes it, once none of them can
   * write to it any more: its number may be another file's then.
   */
  readonly wakeUp: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.batch = new Batch(kernel);
    this.#scratch = kernel.allocate(eventsAt + events * eventBytes);
    this.#words = new Uint32Array(this.#scratch.buffer, 0, eventsAt / 4);
    this.#events = new DataView(this.#scratch.buffer, eventsAt, events * eventBytes);
    this.#epoll = this.#checked(kernel.epoll_create1(0o2000000), "epoll_create1");
    this.wakeUp = this.#checked(kernel.eventfd(0, eventFlags), "eventfd");
    this.#watch(this.wakeUp, epollAdd, epollIn + epollEdge);
  }

  get remains(): Remains {
    return { files: [this.#epoll], memory: [this.batch.address, this.#scratch.address] };
  }

  /** Opens and binds a UDP socket. Throws an error with Node's code. */
  open(host: Uint8Array, port: number, sharing: Sharing, scope = 0): number {
    const kernel = this.#kernel;
    const family = host.length === 4 ? 4 : 6;
    const socket = this.#checked(kernel.socket(family === 4 ? inet : inet6, datagram, 0), "socket");
    try {
      if (family === 6) this.#set(socket, ipv6Level, ipv6Only, 1);
      this.#set(socket, socketLevel, option.receiveBuffer, bufferBytes);
      this.#set(socket, socketLevel, option.sendBuffer, bufferBytes);
      if (sharing === "further") this.#set(socket, socketLevel, option.reusePort, 1);
      const address = toSocketAddress({ family, bytes: host, port }, scope);
      this.#words.set(address);
      this.#checked(kernel.bind(socket, this.#scratch.address, address.length * 4), "bind");
      // Later sockets may join a port that was bound without this.
      if (sharing === "first") this.#set(socket, socketLevel, option.reusePort, 1);
      return socket;
    } catch (error) {
      kernel.close(socket);
      throw error;
    }
  }

  portOf(socket: number): number {
    this.#words[numberAt / 4] = 32;
    const { address } = this.#scratch;
    this.#checked(this.#kernel.getsockname(socket, address, address + numberAt), "getsockname");
    return swapped((this.#words[0] ?? 0) >>> 16);
  }

  watch(socket: number, take: TakeDatagram): void {
    this.#takers.set(socket, take);
    this.#watch(socket, epollAdd);
  }

  close(socket: number): void {
    this.batch.flush(socket);
    if (this.#takers.delete(socket)) this.#watch(socket, epollRemove);
    this.#kernel.close(socket);
  }

  /** Waits for so long at most, and reads what came. True when another thread ended the wait. */
  wait(timeoutMs: number): boolean {
    const at = this.#scratch.address + eventsAt;
    const count = this.#kernel.epoll_wait(this.#epoll, at, events, timeoutMs);
    let isWoken = false;
    for (let i = 0; i < count; i++) {
      const socket = this.#events.getInt32(i * eventBytes + eventDataAt, true);
      if (socket === this.wakeUp) isWoken = true;
      else {
        const take = this.#takers.get(socket);
        if (take !== undefined) this.batch.receive(socket, take);
      }
    }
    return isWoken;
  }

  /** Lets more packets come together. */
  nap(microseconds: number): void {
    this.#kernel.usleep(microseconds);
  }

  /** For when the thread ends: all but `wakeUp`. */
  closeAll(): void {
    for (const socket of [...this.#takers.keys()]) this.close(socket);
    const { files, memory } = this.remains;
    for (const file of files) this.#kernel.close(file);
    // Not before: what runs until then may still look at it.
    process.once("exit", () => {
      for (const address of memory) this.#kernel.free(address);
    });
  }

  #watch(socket: number, operation: number, kinds = epollIn): void {
    const event = new DataView(this.#scratch.buffer, eventAt, 16);
    event.setUint32(0, kinds, true);
    event.setInt32(eventDataAt, socket, true);
    event.setInt32(eventDataAt + 4, 0, true);
    const at = this.#scratch.address + eventAt;
    this.#checked(this.#kernel.epoll_ctl(this.#epoll, operation, socket, at), "epoll_ctl");
  }

  #set(socket: number, level: number, name: number, value: number): void {
    this.#words[numberAt / 4] = value;
    const at = this.#scratch.address + numberAt;
    this.#checked(this.#kernel.setsockopt(socket, level, name, at, 4), "setsockopt");
  }

  #checked(result: number, syscall: string): number {
    if (result < 0) throw systemError(this.#kernel.errno(), syscall);
    return result;
  }
}

const swapped = (value: number): number => ((value & 255) << 8) | (value >>> 8);

/** For the kernel. `scope` is the interface's number, for link-local addresses. */
export function toSocketAddress({ bytes, port }: Endpoint, scope = 0): SocketAddress {
  const words = new Uint32Array(bytes.length === 4 ? 4 : 7);
  new Uint8Array(words.buffer).set(bytes, bytes.length === 4 ? 4 : 8);
  words[0] = (bytes.length === 4 ? inet : inet6) | (swapped(port) << 16);
  if (bytes.length === 16) words[6] = scope;
  return words;
}

/** What the kernel wrote; the bytes are copied. */
export function toEndpoint(address: SocketAddress): { readonly endpoint: Endpoint; readonly scope: number } {
  const isV4 = ((address[0] ?? 0) & 0xffff) === inet;
  const port = swapped((address[0] ?? 0) >>> 16);
  const all = new Uint8Array(address.buffer, address.byteOffset, address.byteLength);
  const bytes = isV4 ? all.slice(4, 8) : all.slice(8, 24);
  return { endpoint: { family: isV4 ? 4 : 6, bytes, port }, scope: isV4 ? 0 : (address[6] ?? 0) };
}

/** Names a sender in a map. */
export function keyOf(address: SocketAddress): number | string {
  const [first = 0, second = 0, a = 0, b = 0, c = 0, d = 0, scope = 0] = address;
  // The family is the socket's. 48 bits: exact in a double.
  if ((first & 0xffff) === inet) return second * 65_536 + (first >>> 16);
  return `${first >>> 16} ${a} ${b} ${c} ${d} ${scope}`;
}
