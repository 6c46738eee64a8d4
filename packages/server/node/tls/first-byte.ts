/** Waits for the first byte of connections, which tells what they speak. */
import type { Socket } from "node:net";

/** Connections that have not said anything yet. */
export class Undecided {
  readonly #sockets = new Set<Socket>();
  readonly #silentMs: number;

  /** @param silentMs a connection that says nothing for this long is closed */
  constructor(silentMs: number) {
    this.#silentMs = silentMs;
  }

  /**
   * Hands the connection to `decide` along with what it said first; nothing of that is in the socket any more. Until then errors
   * and silence end it.
   */
  wait(socket: Socket, decide: (first: Buffer) => void): void {
    this.#sockets.add(socket);
    const settle = () => {
      this.#sockets.delete(socket);
      socket.off("readable", look);
      socket.off("error", drop);
      socket.off("end", drop);
      socket.off("close", settle);
      socket.off("timeout", drop);
      socket.setTimeout(0);
    };
    const drop = () => {
      settle();
      close(socket);
    };
    const look = () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      settle();
      decide(first);
    };
    socket.on("readable", look);
    socket.on("error", drop);
    // Servers for HTTP leave their side open when the other has ended.
    socket.on("end", drop);
    socket.on("close", settle);
    socket.on("timeout", drop);
    socket.setTimeout(this.#silentMs);
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Ends a connection that nobody wants. */
export function close(socket: Socket): void {
  // A reset may still arrive after this: nobody is left to hear of it.
  socket.on("error", () => {});
  socket.destroy();
}
