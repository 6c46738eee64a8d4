import type { Socket } from "node:net";
import { type HostKey, parseHost, sourceKey, type TurnLimits } from "../core/index.ts";
import type { Intake } from "./path.ts";
import { StreamPath } from "./stream.ts";

/** All TCP and TLS connections: how many, from where, and which of them are idle. */
export class Connections {
  readonly #paths = new Map<Socket, StreamPath>();
  readonly #admitted = new Set<Socket>();
  readonly #perAddress = new Map<HostKey, number>();
  readonly #limits: TurnLimits;
  readonly #intake: Intake;
  readonly #now: () => number;
  #dropped = 0;

  constructor(limits: TurnLimits, intake: Intake, now: () => number) {
    this.#limits = limits;
    this.#intake = intake;
    this.#now = now;
  }

  /** Counts a connection before anything is read from it; false, and closed, when there are too many. */
  admit(socket: Socket): boolean {
    const address = parseHost(socket.remoteAddress ?? "");
    const key = address && sourceKey(address);
    const count = key === undefined ? 0 : (this.#perAddress.get(key) ?? 0);
    // A reset may come at any time.
    socket.on("error", () => {});
    if (
      key === undefined ||
      count >= this.#limits.connectionsPerAddress ||
      this.#admitted.size >= this.#limits.connections
    ) {
      socket.destroy();
      return false;
    }
    this.#admitted.add(socket);
    this.#perAddress.set(key, count + 1);
    socket.once("close", () => {
      this.#admitted.delete(socket);
      const left = (this.#perAddress.get(key) ?? 0) - 1;
      if (left > 0) this.#perAddress.set(key, left);
      else this.#perAddress.delete(key);
    });
    return true;
  }

  /** Speaks STUN and TURN on an admitted connection, or on TLS over one. */
  serve(socket: Socket, firstBytes?: Buffer): void {
    socket.on("error", () => {});
    const path = StreamPath.from(socket, this.#limits, this.#now());
    if (path === undefined) return;
    this.#paths.set(socket, path);
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.once("close", () => {
      this.#paths.delete(socket);
      this.#dropped += path.dropped;
      this.#intake.closed(path);
    });
    socket.on("end", () => socket.destroy());
    if (firstBytes !== undefined && firstBytes.length > 0) path.take(firstBytes, this.#intake, this.#now());
    socket.on("data", (chunk: Buffer) => path.take(chunk, this.#intake, this.#now()));
    socket.resume();
  }

  /** Closes connections that hold nothing and say nothing. */
  sweep(now: number): void {
    for (const path of this.#paths.values())
      if (path.allocation === undefined && now - path.heardAt >= this.#limits.idleConnectionMs) path.end();
  }

  closeAll(): void {
    for (const socket of this.#admitted) socket.destroy();
  }

  get size(): number {
    return this.#admitted.size;
  }

  /** Packets that were not sent because their receiver did not read. */
  get dropped(): number {
    let dropped = this.#dropped;
    for (const path of this.#paths.values()) dropped += path.dropped;
    return dropped;
  }
}
