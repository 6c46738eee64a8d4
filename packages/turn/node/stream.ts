import type { Socket } from "node:net";
import { type Allocation, cutFrames, type Endpoint, parseEndpoint, type TurnLimits } from "../core/index.ts";
import type { ClientPath, Intake } from "./path.ts";

/** The largest frame: ChannelData of 65,535 bytes, padded, or an indication with as much. */
const largestFrame = 65_600;

/** One TCP or TLS connection: a client's path for as long as it lasts. */
export class StreamPath implements ClientPath {
  readonly transport: "tcp" | "tls";
  readonly client: Endpoint;
  allocation: Allocation | undefined = undefined;
  /** Data that was not sent because the client did not read, in packets. */
  dropped = 0;
  heardAt: number;
  readonly #socket: Socket;
  readonly #limits: Pick<TurnLimits, "requestBytes" | "waitingBytes">;
  readonly #chunks: Buffer[] = [];
  #waiting = 0;
  #needs = 1;
  #isCorked = false;

  private constructor(socket: Socket, client: Endpoint, limits: StreamPath["limits"], now: number) {
    this.#socket = socket;
    this.client = client;
    this.transport = "encrypted" in socket ? "tls" : "tcp";
    this.#limits = limits;
    this.heardAt = now;
  }

  get limits(): Pick<TurnLimits, "requestBytes" | "waitingBytes"> {
    return this.#limits;
  }

  /** Undefined, and the socket closed, when it has no address any more. */
  static from(socket: Socket, limits: StreamPath["limits"], now: number): StreamPath | undefined {
    const client = parseEndpoint(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    if (client !== undefined) return new StreamPath(socket, client, limits, now);
    socket.destroy();
    return undefined;
  }

  /** Takes what the socket said. What is neither STUN nor ChannelData ends it. */
  take(chunk: Buffer, intake: Intake, now: number): void {
    this.heardAt = now;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    if (this.#waiting < this.#needs) return;
    const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    // Who has no allocation has nothing large to say.
    const cut = cutFrames(all, this.allocation === undefined ? this.#limits.requestBytes : largestFrame);
    this.#chunks.length = 0;
    this.#waiting = 0;
    if (cut === undefined) {
      this.end();
      return;
    }
    for (const frame of cut.frames) intake.receive(this, frame);
    this.#needs = cut.needs;
    if (cut.rest.length === 0) return;
    this.#chunks.push(Buffer.from(cut.rest.buffer, cut.rest.byteOffset, cut.rest.length));
    this.#waiting = cut.rest.length;
  }

  deliver(bytes: Uint8Array, isData: boolean): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    const waiting = socket.writableLength;
    if (isData && waiting > this.#limits.waitingBytes) {
      this.dropped++;
      return;
    }
    if (waiting > this.#limits.waitingBytes * 2) {
      this.end();
      return;
    }
    // Over TLS each frame is a record of its own: some clients read one record at a time and expect one frame in it.
    if (!this.#isCorked && this.transport === "tcp") {
      // What one turn of the loop relays goes out in one write.
      this.#isCorked = true;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
  }

  hold(): void {}

  /** The connection stays for a new Allocate, as long as it is not idle. */
  release(): void {}

  end(): void {
    this.#socket.destroy();
  }
}
