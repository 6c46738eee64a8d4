import { encodeSignal, parseServerFrame, signalHeaderBytes, subprotocol } from "@parlour/protocol";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import type { Contender } from "./contender.ts";

/** One end of a pair that exchange signals through a server. */
export interface SignalingClient {
  send(): void;
  /** Called for each signal from the other end. */
  onsignal: () => void;
  close(): void;
}
export type Pair = readonly [SignalingClient, SignalingClient];
/** Connects two clients that know each other. `index` is unique in the run; `from` is the address they come from. */
export type ConnectPair = (contender: Contender, index: string, from: string) => Promise<Pair>;

/** 1.5 kB that look like what is really signaled: lines of a description, with all that JSON must escape. */
export const description = "a=candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host\r\n"
  .repeat(24)
  .slice(0, 1500);
const payload = new TextEncoder().encode(description);

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) =>
      reject(new Error(`HTTP ${response.statusCode}`)),
    );
  });

export interface ParlourClient extends SignalingClient {
  readonly number: number;
}

/** Speaks the protocol and nothing more; answers pings as every client must. */
export async function connectParlour(
  url: string,
  hello: Readonly<Record<string, unknown>>,
  from: string,
): Promise<{ socket: WebSocket; number: number }> {
  const socket = new WebSocket(
    `${url.replace("http", "ws").replace("localhost", "127.0.0.1")}/v1`,
    subprotocol,
    {
      localAddress: from,
      perMessageDeflate: false,
    },
  );
  await opened(socket);
  const number = await new Promise<number>((resolve, reject) => {
    socket.once("close", (code) => reject(new Error(`closed with ${code}`)));
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      const text = data.toString();
      if (text === '{"type":"ping"}') {
        socket.send('{"type":"pong"}');
        return;
      }
      const parsed = parseServerFrame(text);
      if (parsed.ok && parsed.frame.type === "welcome") resolve(parsed.frame.you.number);
      if (parsed.ok && (parsed.frame.type === "closing" || parsed.frame.type === "refused")) {
        reject(new Error(`${parsed.frame.code}: ${parsed.frame.detail}`));
      }
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        epoch: Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString("base64url"),
        ...hello,
      }),
    );
  });
  socket.on("error", () => {});
  return { socket, number };
}

export const parlourPair: ConnectPair = async (contender, index, from) => {
  const room = `bench-${index}`;
  const ends = [
    await connectParlour(contender.url, { room, name: "Ada" }, from),
    await connectParlour(contender.url, { room, name: "Bo" }, from),
  ] as const;
  const client = (mine: (typeof ends)[number], other: (typeof ends)[number]): SignalingClient => {
    const frame = encodeSignal(other.number, payload);
    const one: SignalingClient = {
      send: () => mine.socket.send(frame),
      onsignal: () => {},
      close: () => mine.socket.terminate(),
    };
    mine.socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary && data.length === payload.length + signalHeaderBytes) one.onsignal();
    });
    return one;
  };
  return [client(ends[0], ends[1]), client(ends[1], ends[0])];
};

export const bareWsPair: ConnectPair = async (contender, index, from) => {
  const join = async (mine: string, other: string): Promise<SignalingClient> => {
    const socket = new WebSocket(`${contender.url.replace("http", "ws")}/?id=${mine}`, {
      localAddress: from,
      perMessageDeflate: false,
    });
    await opened(socket);
    const text = JSON.stringify({ to: other, type: "offer", sdp: description });
    const one: SignalingClient = {
      send: () => socket.send(text),
      onsignal: () => {},
      close: () => socket.terminate(),
    };
    socket.on("message", () => one.onsignal());
    return one;
  };
  return [await join(`${index}-a`, `${index}-b`), await join(`${index}-b`, `${index}-a`)];
};

export const peerServerPair: ConnectPair = async (contender, index, from) => {
  const join = async (mine: string, other: string): Promise<SignalingClient> => {
    const socket = new WebSocket(
      `${contender.url.replace("http", "ws")}/peerjs?key=peerjs&id=${mine}&token=${mine}&version=1.5.5`,
      { localAddress: from, perMessageDeflate: false },
    );
    await opened(socket);
    const text = JSON.stringify({ type: "OFFER", dst: other, payload: { type: "offer", sdp: description } });
    const one: SignalingClient = {
      send: () => socket.send(text),
      onsignal: () => {},
      close: () => socket.terminate(),
    };
    socket.on("message", (data: Buffer) => {
      if (data.length > 1000) one.onsignal();
    });
    return one;
  };
  return [await join(`${index}-a`, `${index}-b`), await join(`${index}-b`, `${index}-a`)];
};

export const socketIoPair: ConnectPair = async (contender, index, from) => {
  const join = async (mine: string, other: string): Promise<SignalingClient> => {
    const socket = io(contender.url, {
      transports: ["websocket"],
      query: { id: mine },
      forceNew: true,
      reconnection: false,
      localAddress: from,
    } as Parameters<typeof io>[1]);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("connect_error", reject);
    });
    const one: SignalingClient = {
      send: () => void socket.emit("signal", { to: other, data: { type: "offer", sdp: description } }),
      onsignal: () => {},
      close: () => void socket.disconnect(),
    };
    socket.on("signal", () => one.onsignal());
    return one;
  };
  return [await join(`${index}-a`, `${index}-b`), await join(`${index}-b`, `${index}-a`)];
};
