import { decodeMessage } from "@parlour/turn/core";
import { type ClientPath, type Intake, primitives } from "@parlour/turn/datagrams";
import { ufragOf } from "../../core/ice/lite.ts";
import type { PageConnection } from "./connection.ts";

/** The largest connectivity check; browsers' have some hundred bytes. */
const checkBytes = 1024;

/** What is asked of a connection. */
export type MuxedConnection = Pick<PageConnection, "check" | "receive"> & {
  readonly ice: Pick<PageConnection["ice"], "closed" | "paths" | "sweep">;
};

/** What another thread has. */
export interface Elsewhere {
  /** Passes on a check for a name that is not known here; false when it is nobody's. */
  check(ufrag: string, path: ClientPath, bytes: Uint8Array): boolean;
  /** Passes on what came by a path that another thread owns; false when none does. */
  packet(path: ClientPath, bytes: Uint8Array): boolean;
  /** This thread owns the path from now on, or no more. */
  owned(path: ClientPath, isOwned: boolean): void;
}

/**
 * Tells the packets of one port apart: checks by the name they carry, everything else by the path that a check proved before. What fits
 * nowhere is dropped in silence.
 */
export class Mux implements Intake {
  readonly #byUfrag = new Map<string, MuxedConnection>();
  readonly #byPath = new Map<ClientPath, MuxedConnection>();
  readonly #now: () => number;
  readonly #elsewhere: Elsewhere | undefined;

  constructor(now: () => number, elsewhere?: Elsewhere) {
    this.#now = now;
    this.#elsewhere = elsewhere;
  }

  receive(path: ClientPath, bytes: Uint8Array): void {
    const first = bytes[0] ?? 255;
    if (first <= 3) this.#check(path, bytes);
    else {
      const connection = this.#byPath.get(path);
      if (connection !== undefined) connection.receive(path, bytes, this.#now());
      else this.#elsewhere?.packet(path, bytes);
    }
  }

  closed(path: ClientPath): void {
    const connection = this.#byPath.get(path);
    if (connection === undefined) return;
    connection.ice.closed(path);
    this.#release(path);
  }

  /** The connection's names changed, or it is new. */
  register(connection: MuxedConnection, ufrags: readonly string[]): void {
    for (const ufrag of ufrags) this.#byUfrag.set(ufrag, connection);
  }

  /** The connection is over. */
  forget(connection: MuxedConnection, ufrags: readonly string[]): void {
    for (const ufrag of ufrags) this.#byUfrag.delete(ufrag);
    for (const path of [...connection.ice.paths]) {
      if (this.#byPath.get(path) === connection) this.#release(path);
    }
  }

  /** Paths that were silent for too long. */
  sweep(connection: MuxedConnection, now: number): void {
    for (const path of connection.ice.sweep(now))
      if (this.#byPath.get(path) === connection) this.#release(path);
  }

  #check(path: ClientPath, bytes: Uint8Array): void {
    if (bytes.length > checkBytes) return;
    const message = decodeMessage(bytes, primitives.crc32);
    if (message === undefined) return;
    const ufrag = ufragOf(message, primitives.text);
    if (ufrag === undefined) return;
    const connection = this.#byUfrag.get(ufrag);
    if (connection === undefined) {
      this.#elsewhere?.check(ufrag, path, bytes);
      return;
    }
    const { isSound, dropped } = connection.check(path, message, this.#now());
    for (const old of dropped) this.#release(old);
    if (!isSound) return;
    const before = this.#byPath.get(path);
    if (before === connection) return;
    // A page's next connection may come by the same way.
    before?.ice.closed(path);
    this.#byPath.set(path, connection);
    path.hold();
    this.#elsewhere?.owned(path, true);
  }

  #release(path: ClientPath): void {
    this.#byPath.delete(path);
    path.release("released");
    this.#elsewhere?.owned(path, false);
  }
}
