import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { ownCommons } from "../core/index.ts";
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
import { ServiceWays } from "./service-ways.ts";
import { type Counts, StatisticsBoard } from "./threads/board.ts";
import { chooseUdp, planThreads, type UdpPath } from "./threads/choose.ts";
import { commonsMemory, SharedCommons } from "./threads/commons.ts";
import { Exchange, exchangeMemory } from "./threads/exchange.ts";
import { insidePlaces } from "./threads/inside.ts";
import type { Threads } from "./threads/threads.ts";
import { UdpListener } from "./udp.ts";

export interface TurnStatistics extends Counts {
  /** TCP and TLS connections now. */
  readonly connections: number;
  /** Packets not sent because their receiver did not read its stream. */
  readonly droppedUnread: number;
}

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
  const { service } = options;
  const hasService = service !== undefined;
  const relay = { secret: options.secret, realm, nonceKey, mode, limits, hasService };
  const relayHosts = { v4: options.relayHosts?.v4 ?? "0.0.0.0", v6: options.relayHosts?.v6 ?? "::" };
  const plan = planThreads(options);
  /** This thread, which has TCP and TLS, is the first. */
  const threads = 1 + plan.workers;
  const memory = plan.workers === 0 ? undefined : commonsMemory(threads, nonceKey, limits, now());
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
    ways: service && ((answered) => new ServiceWays(service, answered)),
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
    exchange.drain(({ family, toPort, fromPort, delayMs }, bytes, at) => {
      engine.passed(inside(family, toPort), inside(family, fromPort), Buffer.from(bytes), at, delayMs);
    });
    // More may come all the time: pages and rooms get their turn in between.
    if (!exchange.rest() && !isClosed) setImmediate(takePassed);
  };

  const startThreads = async (): Promise<void> => {
    const chosen = await chooseUdp(plan, {
      limits,
      setup: (thread, udp, limitsEach) => ({
        ...{ thread, threads, udp, relayHosts, service, board: board.memory, exchange: ways },
        relay: { ...relay, limits: limitsEach },
        commons: memory ?? commonsMemory(threads, nonceKey, limits, now()),
      }),
      onPassed: takePassed,
      onFault: fault,
      onLost(thread) {
        shared?.forget(thread);
        board.retire(thread);
      },
    });
    udpPath = chosen.path;
    pool = chosen.threads;
    if (pool !== undefined) takePassed();
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
      starting ??= startThreads();
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
