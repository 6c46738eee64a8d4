import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type ClientFrame,
  codeOfClose,
  encodeSignal,
  type HostFrame,
  type ServerFrame,
  type Welcome,
} from "@parlour/protocol";
import { type FakeClock, fakeClock } from "@parlour/testkit";
import { type ClientOptions, WebSocket } from "ws";
import type { Clock } from "./clock.ts";
import type { ParlourOptions } from "./options.ts";
import { buildParlourServer, type Internals, type ParlourServer } from "./parlour-server.ts";

type Frame<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** A listening server for a test, and what it takes to visit it. */
export interface TestHouse {
  readonly parlour: ParlourServer;
  readonly http: Server;
  readonly url: string;
  visit(options?: ClientOptions): Promise<TestVisitor>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** A clock that stands still until a test moves it, for everything the server times. */
export function testClock(): Clock & FakeClock {
  const clock = fakeClock(1_800_000_000_000);
  return { ...clock, next: undefined, monotonic: clock.now };
}

export async function openHouse(options: ParlourOptions = {}, internals: Internals = {}): Promise<TestHouse> {
  const parlour = await buildParlourServer(options, internals);
  const http = createServer();
  parlour.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const origin = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const visitors: TestVisitor[] = [];
  return {
    parlour,
    http,
    url: `http://${origin}`,
    async visit(given = {}) {
      const visitor = new TestVisitor(`ws://${origin}/v1`, given);
      visitors.push(visitor);
      await visitor.opened;
      return visitor;
    },
    fetch: (path, init) => fetch(`http://${origin}${path}`, { redirect: "manual", ...init }),
    async close() {
      for (const visitor of visitors) visitor.socket.terminate();
      await parlour.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

/** Lets time go by in steps short enough that these visitors, who answer, are never silent. */
export async function pass(clock: FakeClock, ms: number, ...visitors: readonly TestVisitor[]): Promise<void> {
  for (let left = ms; left > 0; left -= 4_000) {
    clock.advance(Math.min(left, 4_000));
    await Promise.all(visitors.map((visitor) => visitor.settled()));
  }
}

let epochs = 0;
/** An epoch that no other page of the test has. */
export const newEpoch = (): string => (epochs++).toString(36).padStart(16, "e");

/** A client of the protocol that a test drives by hand. It answers pings unless it is told to be mute. */
export class TestVisitor {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; is: string | undefined }>;
  readonly frames: ServerFrame[] = [];
  readonly signals: Uint8Array[] = [];
  isMute = false;
  #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, "parlour.v1", { perMessageDeflate: false, ...options });
    this.opened = once(this.socket, "open").then(() => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code) => {
        this.#isOver = true;
        this.#wake();
        resolve({ code, is: codeOfClose(code) });
      });
    });
    this.socket.on("error", () => {});
    this.socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.signals.push(new Uint8Array(data));
      else {
        const frame = JSON.parse(data.toString()) as ServerFrame;
        if (frame.type === "ping" && !this.isMute) this.send({ type: "pong" });
        this.frames.push(frame);
      }
      this.#wake();
    });
  }

  send(frame: ClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  signal(to: number, payload: string | Uint8Array): void {
    this.socket.send(encodeSignal(to, typeof payload === "string" ? Buffer.from(payload) : payload));
  }

  /** Says hello and waits for the answer, which must be a welcome. */
  async enter(
    room: string,
    hello: Partial<Omit<Extract<ClientFrame, { type: "hello" }>, "type" | "room">> = {},
  ): Promise<Welcome> {
    this.send({ type: "hello", room, epoch: newEpoch(), ...hello });
    return this.next("welcome");
  }

  /** Asks for what only a host may do and waits for the answer: "done" or the code of the refusal. */
  async ask(frame: HostFrame): Promise<string> {
    this.send(frame);
    const answer = await this.answer((ref) => ref === frame.type);
    return answer.type === "done" ? "done" : answer.code;
  }

  /** Says hello and waits at the door. */
  async waitAtDoor(
    room: string,
    hello: Partial<Omit<Extract<ClientFrame, { type: "hello" }>, "type" | "room">> = {},
  ): Promise<void> {
    this.send({ type: "hello", room, epoch: newEpoch(), ...hello });
    await this.next("waiting");
  }

  /** Says hello and waits for the refusal. */
  async knock(
    room: string,
    hello: Partial<Omit<Extract<ClientFrame, { type: "hello" }>, "type" | "room">> = {},
  ): Promise<Frame<"closing">> {
    this.send({ type: "hello", room, epoch: newEpoch(), ...hello });
    return this.next("closing");
  }

  /** The next frame of that type that nobody took yet; earlier ones of other types stay. Fails when the connection ends first. */
  async next<T extends ServerFrame["type"]>(
    type: T,
    is: (frame: Frame<T>) => boolean = () => true,
  ): Promise<Frame<T>> {
    return (await this.#take((frame) => frame.type === type && is(frame as Frame<T>))) as Frame<T>;
  }

  /** The next answer to something that only a host may ask for. */
  async answer(is: (ref: string) => boolean = () => true): Promise<Frame<"done"> | Frame<"refused">> {
    const answers = await this.#take(
      (frame) => (frame.type === "done" || frame.type === "refused") && is(frame.ref ?? ""),
    );
    return answers as Frame<"done"> | Frame<"refused">;
  }

  async #take(is: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    for (;;) {
      const index = this.frames.findIndex(is);
      if (index !== -1) return this.frames.splice(index, 1)[0] as ServerFrame;
      if (this.#isOver) throw new Error(`closed before it came; left: ${JSON.stringify(this.frames)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async nextSignal(): Promise<Uint8Array> {
    for (;;) {
      const signal = this.signals.shift();
      if (signal !== undefined) return signal;
      if (this.#isOver) throw new Error("closed before a signal");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when the server has read everything sent so far, and everything it sent before is here. */
  async settled(): Promise<void> {
    this.send({ type: "ping" });
    await this.next("pong");
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
