import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { ownCommons, type Rate } from "../core/index.ts";
import { isPossible } from "./batched/kernel.ts";
import { Connections } from "./connections.ts";
import { Engine } from "./engine.ts";
import {
  type Listener,
  type ListenOptions,
  type ListenTlsOptions,
  listenTcp,
  listenTls,
  listenUdp,
  type Refreshed,
  type SecureListener,
} from "./listeners.ts";
import { checkOptions, type TurnServerOptions } from "./options.ts";
import { primitives } from "./primitives.ts";
import { RelayPorts } from "./relay-ports.ts";
import { type Counts, StatisticsBoard } from "./threads/board.ts";
import { type CommonsMemory, commonsMemory, SharedCommons } from "./threads/commons.ts";
import { Exchange, exchangeMemory } from "./threads/exchange.ts";
import { insidePlaces } from "./threads/inside.ts";
import { Impossible, Threads } from "./threads/threads.ts";
import { canSharePorts, UdpListener } from "./udp.ts";

export interface TurnStatistics extends Counts {
  /** TCP and TLS connections now. */
  readonly connections: number;
  /** Packets not sent because their receiver did not read its stream. */
  readonly droppedUnread: number;
}

/** How UDP is read and sent. */
export type UdpPath =
  /** Many packets at once, in so many threads of their own. */
  | { readonly kind: "fast"; readonly workers: number }
  /** By Node's sockets, and why: in so many threads of their own, or, where it is one, in the thread that made the server. */
  | { readonly kind: "plain"; readonly workers: number; readonly why: string };

/** A STUN and TURN server (RFC 8489, RFC 8656). */
export interface TurnServer {
  /** Rejects with Node's error when the port can't be had. */
  listenUdp(options?: ListenOptions): Promise<Listener>;
  listenTcp(options?: ListenOptions): Promise<Listener>;
  listenTls(options: ListenTlsOptions): Promise<SecureListener>;
  /** How UDP is read and sent: known once `listenUdp` was called. */
  readonly udpPath: UdpPath | undefined;
  /**
   * Takes over a connection, plain or TLS, that another listener accepted and that begins with STUN (`looksLikeStun`). `firstBytes` is what
   * was read from it already.
   */
  handle(socket: Socket, firstBytes?: Buffer): void;
  /**
   * Ends the allocations of every id that begins so; says how many when all threads have done it. With `revokeUpTo` (unix seconds),
   * credentials of such ids that end no later than that make no new ones.
   */
  dropUser(prefix: string, revokeUpTo?: number): Promise<number>;
  /** A copy. */
  stats(): TurnStatistics;
  /** Ends everything: listeners, connections, allocations. */
  close(): Promise<void>;
}

const tickMs = 1000;
/** How often the machine's addresses are looked at again, in ticks. */
const refreshTicks = 5;

/** Makes a server that listens nowhere yet. Throws a `TurnOptionError` for options that can't be used. */
export function createTurnServer(options: TurnServerOptions): TurnServer {
  const { mode, realm, limits } = checkOptions(options);
  const now = options.now ?? Date.now;
  const nonceKey = randomBytes(32);
  const relay = { secret: options.secret, realm, nonceKey, mode, limits };
  const relayHosts = { v4: options.relayHosts?.v4 ?? "0.0.0.0", v6: options.relayHosts?.v6 ?? "::" };
  const { workers: wanted = 1 } = options;
  const obstacle = obstacleTo(options);
  const mayShare = wanted > 1 && options.now === undefined && canSharePorts();
  const workers = obstacle === undefined || mayShare ? wanted : 0;
  /** This thread, which has TCP and TLS, is the first. */
  const threads = 1 + workers;
  const memory = workers === 0 ? undefined : commonsMemory(threads, nonceKey, limits, now());
  const shared = memory && new SharedCommons(memory, 0, threads, limits);
  const board = new StatisticsBoard(threads);
  const ways = exchangeMemory(threads);
  const exchange = new Exchange(ways, 0, threads, (thread) => pool?.wake(thread));
  const listeners = new Set<Listener>();
  const refreshed = new Set<Refreshed>();
  let pool: Threads | undefined;
  let starting: Promise<void> | undefined;
  let udpPath: UdpPath | undefined;
  let isClosed = false;
  const fault = (error: unknown): void => options.onFault?.(error);

  const engine = new Engine({
    relay: { ...relay, primitives, commons: shared ?? ownCommons(limits, now()) },
    now,
    ports: (events) => new RelayPorts(relayHosts, events),
    pass(to, from, bytes, delayMs) {
      const owner = shared?.ownerOf(to);
      const passed = { family: to.family, toPort: to.port, fromPort: from.port, delayMs };
      const isSent = owner !== undefined && exchange.send(owner, passed, bytes);
      exchange.flush();
      return isSent;
    },
    onFault: fault,
  });
  const connections = new Connections(limits, engine, now);

  const inside = insidePlaces(mode);
  /** What came from other threads; it is written to streams later on, so it is copied. */
  const takePassed = (): void => {
    exchange.rise();
    do {
      exchange.drain(({ family, toPort, fromPort, delayMs }, bytes, at) => {
        engine.passed(inside(family, toPort), inside(family, fromPort), Buffer.from(bytes), at, delayMs);
      });
    } while (!exchange.rest());
  };

  const startThreads = async (udp: "fast" | "plain", commons: CommonsMemory): Promise<Threads> => {
    // UDP comes by one of the threads, chosen by the client's address and port: together they answer as often as one would.
    const share = (rate: Rate): Rate => ({
      perSecond: rate.perSecond / workers,
      burst: Math.max(1, Math.floor(rate.burst / workers)),
    });
    const threadLimits = {
      ...limits,
      unprovenReplies: share(limits.unprovenReplies),
      unprovenRepliesOfOthers: share(limits.unprovenRepliesOfOthers),
      sources: Math.ceil(limits.sources / workers),
    };
    const started = await Threads.start({
      count: workers,
      setup: (thread) => ({
        thread,
        threads,
        udp,
        relay: { ...relay, limits: threadLimits },
        relayHosts,
        commons,
        board: board.memory,
        exchange: ways,
      }),
      onPassed: takePassed,
      onFault: fault,
      onLost(thread) {
        shared?.forget(thread);
        board.retire(thread);
      },
    });
    takePassed();
    return started;
  };
  const choosePath = async (): Promise<UdpPath> => {
    let why = obstacle;
    if (memory !== undefined && why === undefined) {
      try {
        pool = await startThreads("fast", memory);
        return { kind: "fast", workers };
      } catch (error) {
        if (!(error instanceof Impossible)) fault(error);
        why = `it can't be had here: ${(error as Error).message.split("\n")[0]}`;
      }
    }
    why ??= "";
    if (memory === undefined || !mayShare) {
      const more = wanted > 1 && options.now === undefined ? "; several threads need it, or Node 22.12" : "";
      return { kind: "plain", workers: 1, why: `${why}${more}` };
    }
    pool = await startThreads("plain", memory);
    return { kind: "plain", workers, why };
  };

  let ticks = 0;
  const ticking = setInterval(() => {
    engine.tick();
    connections.sweep(now());
    if (++ticks % refreshTicks === 0) for (const listener of refreshed) void listener.refresh();
  }, tickMs);
  ticking.unref();

  const kept = <Kind extends Listener>(listener: Kind): Kind => {
    const close = async (): Promise<void> => {
      if (!listeners.delete(wrapped)) return;
      await listener.close();
    };
    const wrapped = { ...listener, port: listener.port, close };
    listeners.add(wrapped);
    return wrapped;
  };

  return {
    async listenUdp(where = {}) {
      starting ??= choosePath().then((path) => {
        udpPath = path;
      });
      await starting;
      const threads = pool;
      const listener = await listenUdp(
        (host, port) => threads?.listen(host, port) ?? UdpListener.open(engine, host, port),
        where,
      );
      refreshed.add(listener);
      const close = async (): Promise<void> => {
        refreshed.delete(listener);
        await listener.close();
      };
      return kept({ port: listener.port, close });
    },
    listenTcp: async (where = {}) => kept(await listenTcp(connections, where)),
    listenTls: async (where) => kept(await listenTls(connections, where)),
    get udpPath() {
      return udpPath;
    },
    handle(socket, firstBytes) {
      if (isClosed) socket.destroy();
      else if (connections.admit(socket)) connections.serve(socket, firstBytes);
    },
    async dropUser(prefix, revokeUpTo) {
      const own = engine.dropUser(prefix, revokeUpTo);
      return own + ((await pool?.drop(prefix, revokeUpTo)) ?? 0);
    },
    stats() {
      board.publish(0, engine.statistics, engine.faults);
      return { ...board.sum(), connections: connections.size, droppedUnread: connections.dropped };
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(ticking);
      engine.close();
      connections.closeAll();
      await starting;
      await pool?.close();
      await Promise.all([...listeners].map((listener) => listener.close()));
    },
  };
}

/** Why UDP goes by Node's own sockets; undefined when the fast path may be tried. */
function obstacleTo({ fastPath = "auto", now }: TurnServerOptions): string | undefined {
  if (fastPath === "off") return "it is turned off";
  if (now !== undefined) return "the server has a clock of its own";
  return isPossible() ? undefined : "it is for Linux on x64 and arm64";
}
