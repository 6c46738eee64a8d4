import type { Arena, Kernel } from "./kernel.ts";

/** Datagrams that are read in one call, and that wait to be sent in one. */
const received = 64;
const sent = 128;
/** The largest datagram, and a little more, so that the beginnings do not all fall on the same lines of the processor's cache. */
const slotBytes = 65_536 + 576;
/** What is not in a slot is copied here to be sent. */
const copyBytes = 2048;
const largestBytes = 65_536;
/** struct mmsghdr, struct iovec, struct sockaddr_in6 with padding */
const messageBytes = 64;
const vectorBytes = 16;
const addressBytes = 32;
/** Offsets in struct mmsghdr, in words of 32 bits. */
const word = { name: 0, nameLength: 2, vector: 4, vectorCount: 6, length: 14 } as const;
const dontWait = 0x40;
const again = 11;

/** Where a datagram came from or goes to: struct sockaddr_in or sockaddr_in6, in words of 32 bits. */
export type SocketAddress = Uint32Array;

/** Lays out `messages`, `vectors` and `addresses` so that each message has one vector and one address. */
class Headers {
  readonly words: Uint32Array;
  readonly vectors: Uint32Array;
  readonly addresses: Uint32Array;
  readonly address: number;

  constructor(arena: Arena, at: number, count: number) {
    const vectorsAt = at + count * messageBytes;
    const addressesAt = vectorsAt + count * vectorBytes;
    this.address = arena.address + at;
    this.words = new Uint32Array(arena.buffer, at, (count * messageBytes) / 4);
    this.vectors = new Uint32Array(arena.buffer, vectorsAt, (count * vectorBytes) / 4);
    this.addresses = new Uint32Array(arena.buffer, addressesAt, (count * addressBytes) / 4);
    for (let i = 0; i < count; i++) {
      const base = (i * messageBytes) / 4;
      setPointer(this.words, base + word.name, arena.address + addressesAt + i * addressBytes);
      setPointer(this.words, base + word.vector, arena.address + vectorsAt + i * vectorBytes);
      this.words[base + word.vectorCount] = 1;
    }
  }

  static bytes(count: number): number {
    return count * (messageBytes + vectorBytes + addressBytes);
  }

  setData(index: number, address: number, length: number): void {
    setPointer(this.vectors, (index * vectorBytes) / 4, address);
    this.vectors[(index * vectorBytes) / 4 + 2] = length;
  }
}

function setPointer(words: Uint32Array, at: number, address: number): void {
  words[at] = address >>> 0;
  words[at + 1] = Math.floor(address / 0x1_0000_0000);
}

/**
 * Reads and sends datagrams by the batch. What is read lies where the kernel wrote it until the next `receive`; what is sent from there
 * is not copied, so `flush` comes before that.
 */
export class Batch {
  /** Called before an answer is sent. */
  beforeAnswers: () => void = () => {};
  /** Datagrams read since the start. */
  received = 0;
  readonly #kernel: Kernel;
  readonly #arena: Arena;
  readonly #bytes: Uint8Array;
  readonly #in: Headers;
  readonly #out: Headers;
  readonly #copies: number;
  readonly #largest: number;
  #waiting = 0;
  #hasAnswers = false;
  #socket = -1;

  constructor(kernel: Kernel) {
    const copiesAt = received * slotBytes;
    const largestAt = copiesAt + sent * copyBytes;
    const inAt = largestAt + largestBytes;
    const outAt = inAt + Headers.bytes(received);
    const arena = kernel.allocate(outAt + Headers.bytes(sent));
    this.#kernel = kernel;
    this.#arena = arena;
    this.#bytes = new Uint8Array(arena.buffer);
    this.#copies = copiesAt;
    this.#largest = largestAt;
    this.#in = new Headers(arena, inAt, received);
    this.#out = new Headers(arena, outAt, sent);
    for (let i = 0; i < received; i++) this.#in.setData(i, arena.address + i * slotBytes, slotBytes);
  }

  /** Where all of it lies. */
  get address(): number {
    return this.#arena.address;
  }

  /** Reads what is there, up to a batch; true when there may be more. `from` is good until `take` returns. */
  receive(socket: number, take: (bytes: Uint8Array, from: SocketAddress) => void): boolean {
    const { words, addresses, address } = this.#in;
    for (let i = 0; i < received; i++) words[(i * messageBytes) / 4 + word.nameLength] = addressBytes;
    const count = this.#kernel.recvmmsg(socket, address, received, dontWait, 0);
    if (count > 0) this.received += count;
    for (let i = 0; i < count; i++) {
      const length = words[(i * messageBytes) / 4 + word.length] ?? 0;
      const at = (i * addressBytes) / 4;
      take(
        this.#bytes.subarray(i * slotBytes, i * slotBytes + length),
        addresses.subarray(at, at + addressBytes / 4),
      );
    }
    this.flush();
    return count === received;
  }

  /** `isData`: passed on for others, and not an answer. */
  send(socket: number, to: SocketAddress, bytes: Uint8Array, isData: boolean): void {
    if (socket !== this.#socket || this.#waiting === sent) this.flush();
    this.#socket = socket;
    if (!isData) this.#hasAnswers = true;
    const index = this.#waiting++;
    const { words, addresses } = this.#out;
    addresses.set(to, (index * addressBytes) / 4);
    words[(index * messageBytes) / 4 + word.nameLength] = to.length * 4;
    const isInSlot = bytes.buffer === this.#arena.buffer;
    const isLarge = !isInSlot && bytes.length > copyBytes;
    const at = isInSlot ? bytes.byteOffset : isLarge ? this.#largest : this.#copies + index * copyBytes;
    // No datagram is larger, whatever came over TCP: the kernel would refuse it.
    const length = Math.min(bytes.length, largestBytes);
    if (!isInSlot) this.#bytes.set(bytes.subarray(0, length), at);
    this.#out.setData(index, this.#arena.address + at, length);
    if (isLarge) this.flush();
  }

  /**
   * Sends what waits, or only if it waits at that socket. An answer must not be read before what was done along with it: so a socket
   * that closes sends only what is its own. What the kernel does not take is lost, as it is on any network. */
  flush(at = this.#socket): void {
    const count = this.#waiting;
    if (count === 0 || at !== this.#socket) return;
    if (this.#hasAnswers) this.beforeAnswers();
    this.#hasAnswers = false;
    this.#waiting = 0;
    for (let done = 0; done < count; ) {
      const address = this.#out.address + done * messageBytes;
      const taken = this.#kernel.sendmmsg(this.#socket, address, count - done, dontWait);
      if (taken > 0) done += taken;
      // The buffer is full: the rest would fare no better. Any other error is the first packet's own.
      else if (this.#kernel.errno() === again) return;
      else done++;
    }
  }
}
