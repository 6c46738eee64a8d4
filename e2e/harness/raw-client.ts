import {
  type ClientFrame,
  decodeSignal,
  encodeSignal,
  type Hello,
  parseServerFrame,
  type ServerFrame,
  type SignalFrame,
  subprotocol,
  type Welcome,
} from "@parlour/protocol";
import { WebSocket } from "ws";
import { until, within } from "./waiting.ts";

/** A client written from the protocol alone: says what honest pages never would. */
export interface RawConnection {
  readonly frames: ServerFrame[];
  readonly signals: SignalFrame[];
  /** The code it was closed with, once it is. */
  readonly closed: Promise<number>;
  send(frame: ClientFrame): void;
  sendRaw(data: string | Uint8Array): void;
  signal(number: number, payload: Uint8Array): void;
  /** Waits for a frame of that type that fits. */
  frame<T extends ServerFrame["type"]>(
    type: T,
    fits?: (frame: Extract<ServerFrame, { type: T }>) => boolean,
  ): Promise<Extract<ServerFrame, { type: T }>>;
  /** Resolves when the server has worked through everything sent so far. */
  settled(): Promise<void>;
  close(code?: number): void;
  /** Ends without a word, as a lost network would. */
  terminate(): void;
}
/** One that has a seat. */
export interface RawClient extends RawConnection {
  readonly welcome: Welcome;
}

export function newEpoch(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString("base64url");
}

export async function rawJoin(
  url: string,
  hello: Partial<Hello> & { readonly room: string },
): Promise<RawClient> {
  const client = await rawConnect(url);
  client.send({ type: "hello", epoch: newEpoch(), ...hello });
  const welcome = await Promise.race([
    client.frame("welcome"),
    client.closed.then((code) => {
      const closing = client.frames.find((frame) => frame.type === "closing");
      throw new Error(`not welcome: ${code} ${JSON.stringify(closing ?? null)}`);
    }),
  ]);
  return { ...client, welcome };
}

/** Connected, nothing said yet. */
export async function rawConnect(url: string): Promise<RawConnection> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1`, subprotocol, {
    origin: new URL(url).origin,
  });
  const frames: ServerFrame[] = [];
  const signals: SignalFrame[] = [];
  let pongs = 0;
  socket.binaryType = "nodebuffer";
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      const signal = decodeSignal(data);
      if (signal !== undefined) signals.push(signal);
      return;
    }
    const parsed = parseServerFrame(data.toString());
    if (!parsed.ok) throw new Error(`the server sent a bad frame: ${parsed.problem.detail}`);
    frames.push(parsed.frame);
    if (parsed.frame.type === "ping") socket.send('{"type":"pong"}');
    if (parsed.frame.type === "pong") pongs++;
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await within(
    "a raw connection",
    new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    }),
  );
  socket.on("error", () => {});
  return {
    frames,
    signals,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendRaw: (data) => socket.send(data),
    signal: (number, payload) => socket.send(encodeSignal(number, payload)),
    frame: (type, fits) =>
      until(`a ${type} frame`, () =>
        frames.find(
          (frame): frame is Extract<ServerFrame, { type: typeof type }> =>
            frame.type === type && (fits?.(frame as Extract<ServerFrame, { type: typeof type }>) ?? true),
        ),
      ),
    async settled() {
      const before = pongs;
      socket.send('{"type":"ping"}');
      await until("a pong", () => pongs > before);
    },
    close: (code = 1000) => socket.close(code),
    terminate: () => socket.terminate(),
  };
}
