import { availableParallelism } from "node:os";
import type { FromForwarder, PeerId } from "@parlour/protocol";
import { canSharePorts, isPossible, UdpEverywhere } from "@parlour/turn/datagrams";
import { makeCertificate } from "./dtls/certificate.ts";
import type { EngineEvents, EngineOptions, ForwardingEngine, Reach, StartEngine } from "./engine-api.ts";
import type { Order, Report } from "./media/messages.ts";
import { Pool, type PoolSetup } from "./media/pool.ts";
import { Impossible, type MediaThread } from "./media/worker.ts";

/** Threads have one letter or digit each in the names of connections, and memory between them grows with the square. */
const mostThreads = 16;
/** How often the machine's addresses are looked at again, ms. */
const refreshMs = 5000;
/** What waits for a thread that is being replaced, in orders. */
const mostWaiting = 10_000;

const ownRooms = new URL(
  import.meta.url.endsWith(".ts") ? "../core/room.ts" : "../core/room.js",
  import.meta.url,
).href;

interface EngineRoom {
  readonly thread: number;
  /** Who was let in, and how they reach it. */
  readonly peers: Map<PeerId, Reach>;
}

/** The engine, and what tests need of it. */
export interface RunningEngine extends ForwardingEngine {
  readonly port: number;
  /** How UDP is read and sent, and why not better. */
  readonly udp: { readonly kind: "fast" | "plain"; readonly why?: string };
  readonly workers: readonly MediaThread[];
}

export interface MoreEngineOptions extends EngineOptions {
  /** `off`: Node's sockets. Default: many packets at once where that is possible. */
  readonly fastPath?: "auto" | "off";
  /** A module with another `createRoom`, by URL. */
  readonly rooms?: string;
}

/** Starts the embedded engine; rejects with what is wrong with the port. */
export async function startEngine(options: MoreEngineOptions, events: EngineEvents): Promise<RunningEngine> {
  const engine = new Engine(options, events);
  await engine.start();
  return engine;
}
startEngine satisfies StartEngine;

class Engine implements RunningEngine {
  readonly engine = "embedded";
  port = 0;
  udp: RunningEngine["udp"] = { kind: "plain" };
  readonly #options: MoreEngineOptions;
  readonly #events: EngineEvents;
  readonly #rooms = new Map<string, EngineRoom>();
  /** For a thread that is being replaced, in order. */
  readonly #waiting = new Map<number, Order[]>();
  #pool: Pool | undefined;
  #refreshing: NodeJS.Timeout | undefined;
  #restarts = 0;
  #cpuMsBefore = 0;
  readonly #cpuMs = new Map<number, number>();

  constructor(options: MoreEngineOptions, events: EngineEvents) {
    this.#options = options;
    this.#events = events;
  }

  get workers(): readonly MediaThread[] {
    return this.#pool?.all ?? [];
  }

  async start(): Promise<void> {
    this.#pool = await this.#startPool();
    const pool = this.#pool;
    const open = (host: string, port: number) => pool.listen(host, port);
    const { host, port } = this.#options;
    try {
      if (host === undefined) {
        const everywhere = await UdpEverywhere.open(open, port);
        this.#refreshing = setInterval(() => void everywhere.refresh(), refreshMs).unref();
        this.port = everywhere.port;
      } else {
        this.port = (await open(host, port)).port;
      }
    } catch (error) {
      await pool.stop();
      throw error;
    }
  }

  open(name: string): void {
    if (this.#rooms.has(name)) return;
    const load = Array.from({ length: this.#pool?.size ?? 1 }, () => 0);
    for (const { thread, peers } of this.#rooms.values()) load[thread] = (load[thread] ?? 0) + 1 + peers.size;
    const thread = load.indexOf(Math.min(...load));
    this.#rooms.set(name, { thread, peers: new Map() });
    this.#order(thread, { kind: "open", room: name });
  }

  admit(name: string, peer: PeerId, reach: Reach): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    room.peers.set(peer, reach);
    this.#order(room.thread, { kind: "admit", room: name, peer, reach });
  }

  receive(name: string, peer: PeerId, payload: Uint8Array): void {
    const room = this.#rooms.get(name);
    if (room?.peers.has(peer)) this.#order(room.thread, { kind: "receive", room: name, peer, payload });
  }

  resync(name: string, peer: PeerId): void {
    const room = this.#rooms.get(name);
    if (room?.peers.has(peer)) this.#order(room.thread, { kind: "resync", room: name, peer });
  }

  evict(name: string, peer: PeerId): void {
    const room = this.#rooms.get(name);
    if (room?.peers.delete(peer)) this.#order(room.thread, { kind: "evict", room: name, peer });
  }

  close(name: string): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    this.#rooms.delete(name);
    this.#order(room.thread, { kind: "close-room", room: name });
  }

  async statistics(): ReturnType<ForwardingEngine["statistics"]> {
    const all = await Promise.all(
      Array.from({ length: this.#pool?.size ?? 0 }, async (_, number) => {
        const answer = await this.#pool
          ?.thread(number)
          ?.ask({ kind: "statistics" })
          .catch(() => undefined);
        if (answer?.kind !== "statistics") return undefined;
        this.#cpuMs.set(number, answer.statistics.cpuMs);
        return answer.statistics;
      }),
    );
    const there = all.filter((one) => one !== undefined);
    const sum = (of: (one: (typeof there)[number]) => number): number =>
      there.reduce((total, one) => total + of(one), 0);
    return {
      rooms: this.#rooms.size,
      connections: sum(({ connections }) => connections),
      cpuMs: this.#cpuMsBefore + [...this.#cpuMs.values()].reduce((total, ms) => total + ms, 0),
      restarts: this.#restarts,
      perRoom: Object.assign({}, ...there.map(({ perRoom }) => perRoom)),
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#refreshing);
    this.#rooms.clear();
    await this.#pool?.stop();
    this.#pool = undefined;
  }

  /** Threads of the fast kind; else, and where that can't be, of Node's sockets, of which one has the port unless Node can share it. */
  async #startPool(): Promise<Pool> {
    const { workers = Math.max(1, availableParallelism() - 1), fastPath = "auto" } = this.#options;
    const count = Math.min(mostThreads, Math.max(1, Math.floor(workers)));
    const setup: Omit<PoolSetup, "udp" | "count"> = {
      certificate: makeCertificate(Date.now()),
      rooms: this.#options.rooms ?? ownRooms,
      onReport: (_thread, report) => this.#report(report),
      onLost: (thread, why) => this.#lost(thread, why),
      onBack: (thread) => this.#back(thread),
    };
    let why = fastPath === "off" ? "it is turned off" : "it is for Linux on x64 and arm64";
    if (fastPath === "auto" && isPossible()) {
      try {
        const pool = await Pool.start({ ...setup, udp: "fast", count });
        this.udp = { kind: "fast" };
        return pool;
      } catch (error) {
        if (!(error instanceof Impossible)) throw error;
        why = `it can't be had here: ${error.message.split("\n")[0]}`;
      }
    }
    this.udp = { kind: "plain", why };
    this.#options.log?.("warn", `Media goes by Node's sockets: ${why}.`);
    return Pool.start({ ...setup, udp: "plain", count: canSharePorts() ? count : 1 });
  }

  #order(thread: number, order: Order): void {
    const worker = this.#pool?.thread(thread);
    if (worker !== undefined && !this.#waiting.has(thread)) worker.order(order);
    else {
      const waiting = this.#waiting.get(thread);
      if (waiting !== undefined && waiting.length < mostWaiting) waiting.push(order);
    }
  }

  #report(report: Report): void {
    switch (report.kind) {
      case "send":
        if (this.#rooms.get(report.room)?.peers.has(report.peer))
          this.#events.send(report.room, report.peer, report.payload);
        return;
      case "wake":
        this.#pool?.wake(report.thread);
        return;
      case "fault":
        this.#options.log?.("error", "Something failed in a media thread; it goes on.", {
          error: report.error,
        });
        return;
      default:
        return;
    }
  }

  /**
   * Its rooms begin anew in the thread that takes its place; pages hear it now, so that their offers are there when it is. Everyone who
   * was let in hears it, whatever they said last: it may have been heard by the thread that ended, or by nobody.
   */
  #lost(thread: number, why: string): void {
    this.#restarts++;
    this.#cpuMsBefore += this.#cpuMs.get(thread) ?? 0;
    this.#cpuMs.delete(thread);
    const waiting: Order[] = [];
    this.#waiting.set(thread, waiting);
    const lost = [...this.#rooms].filter(([, { thread: of }]) => of === thread);
    for (const [room, { peers }] of lost) {
      waiting.push({ kind: "open", room });
      for (const [peer, reach] of peers) waiting.push({ kind: "admit", room, peer, reach });
    }
    this.#options.log?.("error", "A media thread ended; another one takes its place.", { why });
    this.#events.restarted?.(
      lost.map(([room]) => room),
      why,
    );
    const message: FromForwarder = {
      type: "failed",
      code: "restarted",
      detail: "The forwarder had to begin anew.",
      again: true,
    };
    const payload = Buffer.from(JSON.stringify(message));
    for (const [room, { peers }] of lost)
      for (const peer of peers.keys()) this.#events.send(room, peer, payload);
  }

  #back(thread: number): void {
    const waiting = this.#waiting.get(thread) ?? [];
    this.#waiting.delete(thread);
    for (const order of waiting) this.#pool?.thread(thread)?.order(order);
  }
}
