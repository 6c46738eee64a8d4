import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Effect, type Path, Relay, type Statistics } from "../core/index.ts";
import { Connections } from "./connections.ts";
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
import type { ClientPath } from "./path.ts";
import { primitives } from "./primitives.ts";
import { RelayPorts } from "./relay-ports.ts";

export interface TurnStatistics extends Statistics {
  /** TCP and TLS connections now. */
  readonly connections: number;
  /** Packets not sent because their receiver did not read its stream. */
  readonly droppedUnread: number;
  /** Errors in the server itself. */
  readonly faults: number;
}

/** A STUN and TURN server (RFC 8489, RFC 8656). */
export interface TurnServer {
  /** Rejects with Node's error when the port can't be had. */
  listenUdp(options?: ListenOptions): Promise<Listener>;
  listenTcp(options?: ListenOptions): Promise<Listener>;
  listenTls(options: ListenTlsOptions): Promise<SecureListener>;
  /**
   * Takes over a connection, plain or TLS, that another listener accepted and that begins with STUN (`looksLikeStun`). `firstBytes` is what
   * was read from it already.
   */
  handle(socket: Socket, firstBytes?: Buffer): void;
  /**
   * Ends the allocations of every id that begins so; returns how many. With `revokeUpTo` (unix seconds), credentials of such ids that end
   * no later than that make no new ones.
   */
  dropUser(prefix: string, revokeUpTo?: number): number;
  /** A copy. */
  stats(): TurnStatistics;
  /** Ends everything: listeners, connections, allocations. */
  close(): Promise<void>;
}

const tickMs = 1000;
/** How often the machine's addresses are looked at again, in ticks. */
const refreshTicks = 5;
/** Packets under way in labs, in all. */
const delayedPackets = 20_000;

/** Makes a server that listens nowhere yet. Throws a `TurnOptionError` for options that can't be used. */
export function createTurnServer(options: TurnServerOptions): TurnServer {
  const { mode, realm, limits } = checkOptions(options);
  const now = options.now ?? Date.now;
  const relay = new Relay(
    { secret: options.secret, realm, nonceKey: randomBytes(32), mode, limits, primitives },
    now(),
  );
  const listeners = new Set<Listener>();
  const refreshed = new Set<Refreshed>();
  let faults = 0;
  let delayed = 0;
  let isClosed = false;

  /** One bad packet must not take the server along. */
  const guarded = (work: () => readonly Effect[]): void => {
    try {
      for (const effect of work()) perform(effect);
    } catch (error) {
      faults++;
      options.onFault?.(error);
    }
  };
  const intake = {
    receive: (path: Path, bytes: Uint8Array) => guarded(() => relay.receive(path, bytes, now())),
    closed: (path: Path) => guarded(() => relay.closed(path)),
  };
  const ports = new RelayPorts(
    { v4: options.relayHosts?.v4 ?? "0.0.0.0", v6: options.relayHosts?.v6 ?? "::" },
    {
      bound: (allocation, isBound) => guarded(() => relay.bound(allocation, isBound)),
      message: (allocation, peer, bytes) =>
        guarded(() => relay.receiveFromPeer(allocation, peer, bytes, now())),
    },
  );
  const connections = new Connections(limits, intake, now);

  function later(ms: number, work: () => void): void {
    if (ms < 1) {
      work();
      return;
    }
    if (delayed >= delayedPackets) return;
    delayed++;
    setTimeout(() => {
      delayed--;
      if (!isClosed) work();
    }, ms).unref();
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case "send": {
        const path = effect.path as ClientPath;
        if (effect.delayMs > 0) later(effect.delayMs, () => path.deliver(effect.bytes, effect.isData));
        else path.deliver(effect.bytes, effect.isData);
        return;
      }
      case "emit": {
        const { allocation, to, bytes, delayMs } = effect;
        if (delayMs > 0) later(delayMs, () => ports.emit(allocation, to, bytes));
        else ports.emit(allocation, to, bytes);
        return;
      }
      case "bind":
        ports.bind(effect.allocation);
        return;
      case "unbind":
        ports.unbind(effect.allocation);
        return;
      case "hold":
        (effect.path as ClientPath).hold();
        return;
      case "release":
        (effect.path as ClientPath).release(effect.reason);
        return;
      default:
        effect satisfies never;
    }
  }

  let ticks = 0;
  const ticking = setInterval(() => {
    guarded(() => relay.tick(now()));
    connections.sweep(now());
    if (++ticks % refreshTicks === 0) for (const listener of refreshed) void listener.refresh();
  }, tickMs);
  ticking.unref();

  const kept = async <Kind extends Listener>(opening: Promise<Kind>): Promise<Kind> => {
    const listener = await opening;
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
      const listener = await listenUdp(intake, where);
      refreshed.add(listener);
      const close = async (): Promise<void> => {
        refreshed.delete(listener);
        await listener.close();
      };
      return kept(Promise.resolve({ port: listener.port, close }));
    },
    listenTcp: (where = {}) => kept(listenTcp(connections, where)),
    listenTls: (where) => kept(listenTls(connections, where)),
    handle(socket, firstBytes) {
      if (isClosed) socket.destroy();
      else if (connections.admit(socket)) connections.serve(socket, firstBytes);
    },
    dropUser(prefix, revokeUpTo) {
      const { count, effects } = relay.dropUser(prefix, revokeUpTo);
      guarded(() => effects);
      return count;
    },
    stats: () => ({
      ...structuredClone(relay.statistics),
      connections: connections.size,
      droppedUnread: connections.dropped,
      faults,
    }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(ticking);
      guarded(() => relay.close());
      const closing = [...listeners].map((listener) => listener.close());
      connections.closeAll();
      await Promise.all(closing);
    },
  };
}
