import type { Endpoint } from "@parlour/turn/core";
import type { ClientPath, Exchange, Passed } from "@parlour/turn/datagrams";
import type { Elsewhere, Mux } from "./mux.ts";

/*
 * The kernel gives a packet to whichever thread's socket it likes: the same one for the same sender, until a socket comes or goes. What
 * is another thread's is passed to it, which answers by its own socket of the same address. Checks say by their name whose they are; the
 * rest goes by what the owner claimed at all others after a check was found to be sound.
 *
 * A claim may be lost on the way (its reader is away, or does not keep up), and so may its end. Both heal: a check from where nobody is
 * known to own anything is answered by a claim, and what is passed to who does not own it by its end.
 */

/** Before the packet: what it is, by which listener it came, and from where. */
const headerBytes = 24;
/** `check`: it goes by its name, and the path is not known to be that thread's. */
const kinds = { packet: 0, claim: 1, unclaim: 2, check: 3 } as const;
const nothing = new Uint8Array();
/** Nothing here goes by what the relay's exchange says of its packets. */
const plain: Passed = { family: 4, toPort: 0, fromPort: 0, delayMs: 0 };

export interface PassingSetup {
  readonly thread: number;
  readonly threads: number;
  readonly exchange: Exchange;
  /** Which thread gave that name; undefined: none. */
  readonly ownerOf: (ufrag: string) => number | undefined;
  readonly pathTo: (listener: number, endpoint: Endpoint) => ClientPath | undefined;
}

/** Packets between the threads of one port. */
export class Passing implements Elsewhere {
  readonly #setup: PassingSetup;
  readonly #others: readonly number[];
  /** Of paths that other threads own. */
  readonly #owners = new Map<ClientPath, number>();
  /** By which listener each path came that this thread owns. */
  readonly #own = new Map<ClientPath, number>();
  /** By which listener the packet came that is looked at. */
  listener = 0;
  /** It was passed to this thread: two that take each other for the owner must not pass it to and fro. */
  #isPassed = false;
  #buffer = new Uint8Array(2048);

  constructor(setup: PassingSetup) {
    this.#setup = setup;
    const all = Array.from({ length: setup.threads }, (_, other) => other);
    this.#others = all.filter((other) => other !== setup.thread);
  }

  check(ufrag: string, path: ClientPath, bytes: Uint8Array): boolean {
    const owner = this.#setup.ownerOf(ufrag);
    if (owner === undefined || owner === this.#setup.thread || this.#isPassed) return false;
    const kind = this.#owners.get(path) === owner ? kinds.packet : kinds.check;
    return this.#send(owner, kind, path, this.listener, bytes);
  }

  packet(path: ClientPath, bytes: Uint8Array): boolean {
    const owner = this.#owners.get(path);
    return (
      owner !== undefined && !this.#isPassed && this.#send(owner, kinds.packet, path, this.listener, bytes)
    );
  }

  owned(path: ClientPath, isOwned: boolean): void {
    if (isOwned) {
      this.#owners.delete(path);
      this.#own.set(path, this.listener);
      for (const other of this.#others) this.#claim(other, path, this.listener);
      return;
    }
    const listener = this.#own.get(path);
    if (listener === undefined) return;
    this.#own.delete(path);
    for (const other of this.#others) this.#send(other, kinds.unclaim, path, listener, nothing);
  }

  /** Another one took the place of that thread: what was owned there is nobody's, and what is owned here it does not know. */
  began(thread: number): void {
    for (const [path, owner] of this.#owners) if (owner === thread) this.#disown(path);
    for (const [path, listener] of this.#own) this.#claim(thread, path, listener);
  }

  /** The path's socket is gone. */
  closed(path: ClientPath): void {
    this.#owners.delete(path);
  }

  /** Takes what other threads passed on; how much it was. */
  drain(mux: Mux, copy: (bytes: Uint8Array) => Uint8Array): number {
    return this.#setup.exchange.drain((_passed, bytes, at) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, headerBytes);
      const family = view.getUint8(2) === 6 ? 6 : 4;
      const address = bytes.slice(at + 8, at + 8 + (family === 4 ? 4 : 16));
      const listener = view.getUint8(1);
      const path = this.#setup.pathTo(listener, { family, bytes: address, port: view.getUint16(4) });
      if (path === undefined) return;
      const from = view.getUint8(3);
      const kind = view.getUint8(0);
      switch (kind) {
        case kinds.packet:
        case kinds.check: {
          const wasOwn = this.#own.has(path);
          this.listener = listener;
          this.#isPassed = true;
          try {
            mux.receive(path, copy(bytes.subarray(at + headerBytes)));
          } finally {
            this.#isPassed = false;
          }
          const isOwn = this.#own.has(path);
          if (kind === kinds.packet && !isOwn) this.#send(from, kinds.unclaim, path, listener, nothing);
          if (kind === kinds.check && isOwn && wasOwn) this.#claim(from, path, listener);
          return;
        }
        case kinds.claim:
          // Whoever found last that it is theirs has it.
          mux.closed(path);
          path.hold();
          this.#owners.set(path, from);
          return;
        case kinds.unclaim:
          if (this.#owners.get(path) === from) this.#disown(path);
          return;
        default:
          return;
      }
    });
  }

  #claim(at: number, path: ClientPath, listener: number): void {
    this.#send(at, kinds.claim, path, listener, nothing);
  }

  #disown(path: ClientPath): void {
    this.#owners.delete(path);
    path.release("released");
  }

  #send(to: number, kind: number, path: ClientPath, listener: number, bytes: Uint8Array): boolean {
    if (this.#buffer.length < headerBytes + bytes.length)
      this.#buffer = new Uint8Array(headerBytes + bytes.length);
    const buffer = this.#buffer;
    const { family, bytes: address, port } = path.client;
    buffer[0] = kind;
    buffer[1] = listener;
    buffer[2] = family;
    buffer[3] = this.#setup.thread;
    buffer[4] = port >> 8;
    buffer[5] = port;
    buffer.set(address, 8);
    buffer.set(bytes, headerBytes);
    return this.#setup.exchange.send(to, plain, buffer.subarray(0, headerBytes + bytes.length));
  }
}
