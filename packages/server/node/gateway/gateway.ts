import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  addressOfSignal,
  type ClientFrame,
  type Code,
  codes,
  forwarderSeat,
  parseClientFrame,
  type rates as protocolRates,
  type Rate,
  readdressSignal,
  refusal,
  signalHeaderBytes,
  subprotocol,
} from "@parlour/protocol";
import { type RawData, type Server, type ServerOptions, WebSocketServer } from "ws";
import type { Visitor, Visitors } from "../address/visitors.ts";
import type { Hub } from "../hub/hub.ts";
import type { CameBy } from "../hub/setup.ts";
import type { Counts } from "../metrics/counts.ts";
import type { Clock } from "../server/clock.ts";
import type { Limits } from "../server/limits.ts";
import { Connection, GatewaySocket } from "./connection.ts";
import { refuseUpgrade } from "./upgrade.ts";

/** What the gateway needs from the server around it. */
export interface GatewaySetup {
  /** Unique among the nodes that share a store. */
  readonly node: string;
  readonly limits: Limits;
  readonly rates: Readonly<Record<keyof typeof protocolRates, Rate>>;
  readonly visitors: Visitors;
  readonly counts: Counts;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly cameBy: (request: IncomingMessage) => CameBy;
  readonly isOriginAllowed: (request: IncomingMessage) => boolean;
  readonly clock: Clock;
}

interface RefusedUpgrade {
  readonly status: number;
  readonly code: Code;
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

// An honest page's largest frame comes in one or two fragments; a proxy may cut it a few times more.
const fragmentsMax = 256;
const chunksMax = 4096;
const closeTimeoutMs = 2_000;
const doorsMax = 100;
const closedByPage = { phase: "ended", why: "page" } as const;
const gone = { phase: "ended", why: "silent" } as const;

/** Everything between the socket and the hub: upgrades, limits, frames in and out, signs of life. */
export class Gateway {
  readonly limits: Limits;
  readonly rates: GatewaySetup["rates"];
  readonly patience: Rate;
  readonly counts: Counts;
  readonly connections = new Set<Connection>();
  readonly #setup: GatewaySetup;
  readonly #server: Server<typeof GatewaySocket>;
  readonly #sweepMs: number;
  readonly #doors = new Map<string, CameBy>();
  #hub: Hub | undefined;
  #made = 0;
  #sweptAt: number;
  #sweeps = 0;
  #stopSweep: () => void;
  #isDraining = false;

  constructor(setup: GatewaySetup) {
    this.#setup = setup;
    this.limits = setup.limits;
    this.rates = setup.rates;
    this.counts = setup.counts;
    // Refusals are forgiven slowly: one every ten seconds.
    this.patience = { burst: setup.limits.refusalsBeforeClose, perSecond: 0.1 };
    const options: ServerOptions<typeof GatewaySocket> & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      // Answered by hand, so that pings count as frames and their answers can't pile up.
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: setup.limits.signalBytes,
      maxFragments: fragmentsMax,
      maxBufferedChunks: chunksMax,
      closeTimeout: closeTimeoutMs,
      WebSocket: GatewaySocket,
      handleProtocols: () => subprotocol,
    };
    this.#server = new WebSocketServer(options);
    this.#sweepMs = Math.max(5, Math.min(1_000, setup.limits.pingEveryMs / 5));
    this.#sweptAt = setup.clock.monotonic();
    this.#stopSweep = setup.clock.after(this.#sweepMs, () => this.#lookAround());
  }

  /** The hub and the gateway know each other; the hub comes second. */
  connectTo(hub: Hub): void {
    this.#hub = hub;
  }

  now(): number {
    return this.#setup.clock.monotonic();
  }

  /** Turns a request for `/v1` into a connection, or answers why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const now = this.now();
    const address = this.#setup.addressOf(request);
    const visitor = this.#setup.visitors.at(address);
    const refused = this.#whyNot(request, visitor, now);
    if (refused !== undefined) {
      this.counts.refused(refused.code);
      const { status, code, detail, headers } = refused;
      refuseUpgrade(socket, status, refusal(code, detail), headers);
      return;
    }
    const cameBy = this.#known(this.#setup.cameBy(request));
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const id = `${this.#setup.node}.${(this.#made++).toString(36)}`;
      const connection = new Connection(this, webSocket, { id, visitor, address, cameBy }, now);
      webSocket.connection = connection;
      visitor.connections++;
      this.counts.opened++;
      this.connections.add(connection);
      webSocket.on("message", onMessage);
      webSocket.on("ping", onPing);
      webSocket.on("close", onClose);
      webSocket.on("error", onError);
    });
  }

  /** The same object for the same door, so that ten thousand connections do not keep ten thousand copies. */
  #known(door: CameBy): CameBy {
    const key = `${door.host} ${door.port} ${door.isSecure} ${door.isProxied} ${door.localAddress}`;
    const known = this.#doors.get(key);
    if (known !== undefined) return known;
    if (this.#doors.size < doorsMax) this.#doors.set(key, door);
    return door;
  }

  #whyNot(request: IncomingMessage, visitor: Visitor, now: number): RefusedUpgrade | undefined {
    if (this.#isDraining) return { status: 503, code: "draining", headers: { "retry-after": "2" } };
    if (!this.#setup.isOriginAllowed(request)) return { status: 403, code: "forbidden-origin" };
    if (!visitor.take("requestsPerAddress", now)) {
      const seconds = Math.ceil(visitor.waitMs("requestsPerAddress", now) / 1000);
      return { status: 429, code: "too-many", headers: { "retry-after": String(seconds) } };
    }
    if (visitor.connections >= this.limits.connectionsPerAddress) {
      const detail = "Too many connections are open from your address.";
      return { status: 429, code: "too-many", detail, headers: { "retry-after": "10" } };
    }
    if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket") {
      const detail = "This address takes WebSocket connections only.";
      return { status: 426, code: "bad-request", detail, headers: { upgrade: "websocket" } };
    }
    const offered = String(request.headers["sec-websocket-protocol"] ?? "").split(",");
    const isSpoken = offered.some((protocol) => protocol.trim() === subprotocol);
    return isSpoken ? undefined : { status: 400, code: "too-old" };
  }

  /** A whole message came. */
  receive(connection: Connection, data: Buffer, isBinary: boolean): void {
    const { place } = connection;
    if (place.phase === "ended") return;
    const now = this.now();
    connection.heardAt = now;
    if (!connection.takeFrame(now)) {
      connection.refuse("too-many", now, { ref: isBinary ? "signal" : "frame" });
    } else if (isBinary) this.#relay(connection, data, now);
    else this.#read(connection, data, now);
  }

  /** The way of a signal: find the receiver by number, write four bytes, send the same buffer on. */
  #relay(connection: Connection, data: Buffer, now: number): void {
    const { place } = connection;
    const number = addressOfSignal(data);
    if (number === undefined) connection.refuse("bad-frame", now, { ref: "signal" });
    else if (place.phase !== "seated") connection.refuse("unexpected", now, { ref: "signal" });
    else if (!connection.takeSignalBytes(now, data.length)) {
      connection.refuse("too-many", now, { ref: "signal" });
    } else if (number === forwarderSeat) {
      this.counts.signals++;
      (this.#hub as Hub).setup.forwarding.receive(
        place.room.name,
        place.id,
        data.subarray(signalHeaderBytes),
      );
    } else {
      const receiver = place.room.seats.get(number);
      if (receiver === undefined || receiver === connection) {
        this.counts.signalsDropped++;
        return;
      }
      this.counts.signals++;
      readdressSignal(data, place.number);
      receiver.sendBytes(data);
    }
  }

  #read(connection: Connection, data: Buffer, now: number): void {
    if (data.length > this.limits.clientFrameBytes) {
      connection.refuse("too-large", now);
      return;
    }
    const parsed = parseClientFrame(data.toString("utf8"));
    if (parsed.ok) {
      this.counts.frames++;
      this.#take(connection, parsed.frame, now);
      return;
    }
    const { code, detail, ref } = parsed.problem;
    // Too long a text is a person's doing, not a program's.
    connection.refuse(code, now, {
      detail,
      cost: code === "too-long" ? 0 : 1,
      ...(ref === undefined ? {} : { ref }),
    });
  }

  #take(connection: Connection, frame: ClientFrame, now: number): void {
    const hub = this.#hub as Hub;
    const { phase } = connection.place;
    switch (frame.type) {
      case "ping":
        connection.pong();
        break;
      case "pong":
        if (connection.isProbed) hub.answered(connection);
        break;
      case "hello":
        if (phase === "new") hub.hello(connection, frame);
        else connection.refuse("unexpected", now, { ref: "hello" });
        break;
      case "say":
        if (phase !== "seated") connection.refuse("unexpected", now, { ref: frame.id });
        // Haste is human: four times as much of it is borne as of nonsense.
        else if (!connection.takeSay(now)) {
          connection.refuse("too-many", now, { ref: frame.id, cost: 0.25 });
        } else hub.say(connection, frame);
        break;
      case "media":
        if (phase !== "seated") connection.refuse("unexpected", now, { ref: "media" });
        else if (!connection.mayReport(now)) connection.refuse("too-many", now, { ref: "media", cost: 0.25 });
        else hub.report(connection, frame);
        break;
      case "leave":
        if (phase === "seated" || phase === "knocking") hub.leave(connection);
        else connection.refuse("unexpected", now, { ref: "leave" });
        break;
      default: {
        const { type } = frame;
        // Hashing a passcode is slow on purpose.
        const cost = type === "set" && typeof frame.passcode === "string" ? 10 : 1;
        if (phase !== "seated") connection.refuse("unexpected", now, { ref: type });
        else if (!connection.mayAsk(now, cost)) connection.refuse("too-many", now, { ref: type, cost: 0.25 });
        else hub.ask(connection, frame);
      }
    }
  }

  /**
   * Ends a connection with a reason. Its page is told, unless it can't keep up; its seat is `silent` from now on, unless the hub
   * already gave it up.
   */
  end(
    connection: Connection,
    code: Code,
    options: { readonly detail?: string; readonly hint?: string; readonly retryAfterMs?: number } = {},
  ): void {
    const { place } = connection;
    if (place.phase === "ended") return;
    this.counts.closed(code);
    const { socket } = connection;
    if (code === "too-slow") socket.terminate();
    else {
      const frame = {
        type: "closing",
        ...refusal(code, options.detail, options.hint),
        ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
      };
      socket.send(JSON.stringify(frame));
      socket.close(codes[code].close, code);
    }
    this.#gone(connection, "silent");
  }

  /** The socket closed, by whomever. */
  closed(connection: Connection, closeCode: number): void {
    if (this.connections.delete(connection)) connection.visitor.connections--;
    // 1001 is what browsers send for a page that goes; 4024 is the page's own word for it.
    const isPage = closeCode === 1001 || closeCode === codes.page.close;
    this.#gone(connection, isPage ? "page" : "silent");
  }

  #gone(connection: Connection, why: "page" | "silent"): void {
    const { place } = connection;
    if (!connection.move(why === "page" ? closedByPage : gone)) return;
    if (place.phase === "seated" || place.phase === "knocking") this.#hub?.gone(connection, place, why);
  }

  /** Asks the quiet for a sign of life, and lets go of the silent and of those that never said hello. */
  #lookAround(): void {
    const now = this.now();
    const lateMs = now - this.#sweptAt - this.#sweepMs;
    this.#sweptAt = now;
    // When this process itself stood still (suspended, stopped, overloaded), what was sent meanwhile has not been read yet: nobody
    // counts as silent for a time in which no one listened.
    const forgivenMs = lateMs > this.#sweepMs ? lateMs : 0;
    const { helloMs, silentAfterMs, pingEveryMs } = this.limits;
    for (const connection of this.connections) {
      const { place } = connection;
      if (place.phase === "ended") continue;
      if (forgivenMs > 0) connection.heardAt = Math.min(now, connection.heardAt + forgivenMs);
      if (place.phase === "new" && now - connection.openedAt - forgivenMs >= helloMs) {
        this.end(connection, "timeout");
        continue;
      }
      const quietMs = now - connection.heardAt;
      if (quietMs >= silentAfterMs) this.end(connection, "timeout");
      else if (quietMs >= pingEveryMs && now - connection.pingedAt >= pingEveryMs) connection.ping(now);
    }
    if (this.#sweeps++ % 10 === 0) this.#setup.visitors.sweep(now);
    this.#stopSweep = this.#setup.clock.after(this.#sweepMs, () => this.#lookAround());
  }

  /** Tells everyone that the server goes and when to come back, spread over a second so that not all come at once. */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true;
    let index = 0;
    for (const connection of this.connections) {
      this.end(connection, "draining", { retryAfterMs: 500 + ((index++ * 37) % 1000) });
    }
    const until = this.now() + withinMs;
    while (this.connections.size > 0 && this.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { socket } of this.connections) socket.terminate();
  }

  close(): void {
    this.#stopSweep();
    for (const { socket } of this.connections) socket.terminate();
    this.#server.close();
  }
}

function onMessage(this: unknown, data: RawData, isBinary: boolean): void {
  const { connection } = this as GatewaySocket;
  connection?.gateway.receive(connection, data as Buffer, isBinary);
}

function onPing(this: unknown, data: Buffer): void {
  const socket = this as GatewaySocket;
  const { connection } = socket;
  if (connection === undefined || connection.place.phase === "ended") return;
  const { gateway } = connection;
  const now = gateway.now();
  connection.heardAt = now;
  if (!connection.takeFrame(now)) {
    connection.refuse("too-many", now, { ref: "ping" });
  } else if (!connection.isTooSlow()) socket.pong(data);
}

function onClose(this: unknown, code: number): void {
  const { connection } = this as GatewaySocket;
  connection?.gateway.closed(connection, code);
}

// What breaks the WebSocket protocol itself (too large: 1009, not UTF-8: 1007, malformed: 1002, too many pieces: 1008) is answered by
// the close code alone; `close` follows.
function onError(this: unknown): void {
  const { connection } = this as GatewaySocket;
  if (connection !== undefined) connection.gateway.counts.broken++;
}
