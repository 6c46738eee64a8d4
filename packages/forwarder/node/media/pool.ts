import { exchangeMemory, type Sharing } from "@parlour/turn/datagrams";
import type { DtlsCertificate } from "../dtls/certificate.ts";
import type { Report, ThreadSetup } from "./messages.ts";
import { lookMs, pulseMemory, Watchdog } from "./pulse.ts";
import { type MediaThread, MediaWorker, type ThreadEvents } from "./worker.ts";

export interface PoolSetup {
  readonly count: number;
  readonly udp: ThreadSetup["udp"];
  readonly certificate: DtlsCertificate;
  readonly rooms: string;
  readonly onReport: (thread: number, report: Report) => void;
  /** A thread ended by itself, or hung; another one takes its place at once, and `onBack` comes when it is there. */
  readonly onLost: (thread: number, why: string) => void;
  readonly onBack: (thread: number) => void;
  /** Loads a thread that waits to begin. Default: a worker of Node's. */
  readonly startThread?: (setup: ThreadSetup) => Promise<MediaThread>;
}

/** After so many failed attempts in a row it waits between them, ms. */
const retryMs = 500;

interface Shared {
  readonly host: string;
  readonly listener: number;
  port: number;
}

/**
 * The threads of the engine, which share one port. One that ends or hangs is replaced by one that is prepared for that: loading takes
 * far longer than all the rest.
 */
export class Pool {
  readonly #setup: PoolSetup;
  readonly #exchange: SharedArrayBuffer;
  readonly #pulse: SharedArrayBuffer;
  readonly #watchdog: Watchdog;
  readonly #threads = new Map<number, MediaThread>();
  readonly #shared = new Set<Shared>();
  /** Those that ended, as long as others may write to the files that they were woken by. */
  readonly #ended = new Set<MediaThread>();
  #spare: Promise<MediaThread | undefined> | undefined;
  #looking: NodeJS.Timeout | undefined;
  #isStopped = false;

  private constructor(setup: PoolSetup) {
    this.#setup = setup;
    this.#exchange = exchangeMemory(setup.count);
    this.#pulse = pulseMemory(setup.count);
    this.#watchdog = new Watchdog(this.#pulse, (number) => this.#threads.get(number)?.cpuMs);
  }

  /** Rejects with `Impossible` where threads can't have sockets of that kind. */
  static async start(setup: PoolSetup): Promise<Pool> {
    const pool = new Pool(setup);
    try {
      await Promise.all(
        Array.from({ length: setup.count }, async (_, number) => pool.#begin(number, await pool.#load())),
      );
    } catch (error) {
      await pool.stop();
      throw error;
    }
    void pool.#introduce();
    pool.#prepare();
    pool.#looking = setInterval(() => pool.look(performance.now()), lookMs).unref();
    return pool;
  }

  get size(): number {
    return this.#setup.count;
  }

  /** Undefined while it is being replaced. */
  thread(number: number): MediaThread | undefined {
    return this.#threads.get(number);
  }

  get all(): readonly MediaThread[] {
    return [...this.#threads.values()];
  }

  wake(thread: number): void {
    this.#threads.get(thread)?.wake();
  }

  /** Ends threads that hang. `now` in ms. */
  look(now: number): void {
    for (const number of this.#watchdog.look(now)) this.#threads.get(number)?.end("it hung");
  }

  /** Opens a port on all threads. Rejects with Node's codes. */
  async listen(host: string, port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
    // One that is being replaced opens what is shared when it is there; something has to know first whether it can be opened at all.
    if (this.#threads.size === 0) throw new Error("The media threads are being replaced.");
    const used = new Set([...this.#shared].map(({ listener }) => listener));
    let listener = 0;
    while (used.has(listener)) listener++;
    const shared: Shared = { host, listener, port };
    this.#shared.add(shared);
    const close = async (): Promise<void> => {
      this.#shared.delete(shared);
      await Promise.allSettled(this.all.map((thread) => closeListener(thread, shared)));
    };
    try {
      let isFirst = true;
      for (const thread of this.all) {
        await this.#open(thread, shared, this.#setup.count === 1 ? "alone" : isFirst ? "first" : "further");
        isFirst = false;
      }
    } catch (error) {
      await close();
      throw error;
    }
    return { port: shared.port, close };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#looking);
    const all = [...this.all];
    this.#threads.clear();
    const spare = await this.#spare;
    if (spare !== undefined) all.push(spare);
    await Promise.all(all.map((thread) => thread.stop()));
    for (const thread of [...all, ...this.#ended]) thread.forget();
    this.#ended.clear();
  }

  async #open(thread: MediaThread, shared: Shared, sharing: Sharing): Promise<void> {
    const { host, listener, port } = shared;
    const answer = await thread.ask({ kind: "listen", listener, host, port, sharing });
    if (answer.kind !== "listening") return;
    shared.port = answer.port;
    if (answer.file !== undefined) thread.files.set(listener, answer.file);
  }

  /** An address that is gone by now must not keep the others from being opened. */
  async #reopen(number: number, thread: MediaThread): Promise<void> {
    for (const shared of this.#shared) {
      if (thread.files.has(shared.listener)) continue;
      try {
        await this.#open(thread, shared, this.#setup.count === 1 ? "alone" : "further");
      } catch (error) {
        this.#setup.onReport(number, { kind: "fault", error });
      }
    }
  }

  #load(): Promise<MediaThread> {
    const { count, udp, certificate, rooms, startThread = MediaWorker.start } = this.#setup;
    const [exchange, pulse] = [this.#exchange, this.#pulse];
    return startThread({ threads: count, udp, certificate, exchange, pulse, rooms });
  }

  /** So that one is there when it is needed. */
  #prepare(): void {
    this.#spare ??= this.#load().catch((error: unknown) => {
      if (!this.#isStopped) this.#setup.onReport(-1, { kind: "fault", error });
      return undefined;
    });
  }

  #begin(number: number, thread: MediaThread, left: readonly number[] = []): void {
    this.#threads.set(number, thread);
    this.#watchdog.began(number);
    const events: ThreadEvents = {
      report: (report) => this.#setup.onReport(number, report),
      ended: (why) => void this.#lost(number, thread, why),
    };
    thread.begin(number, events, left);
  }

  /** Each learns how to wake the others, and which of them is new in its place. Settles when it knows. */
  async #introduce(began?: number): Promise<void> {
    const files: (number | undefined)[] = [];
    for (const [number, { wakeUp }] of this.#threads) files[number] = wakeUp;
    const ended = [...this.#ended];
    await Promise.allSettled(this.all.map((thread) => thread.ask({ kind: "wake-ups", files, began })));
    for (const thread of ended) if (this.#ended.delete(thread)) thread.forget();
  }

  async #lost(number: number, thread: MediaThread, why: string): Promise<void> {
    if (this.#isStopped || this.#threads.get(number) !== thread) return;
    this.#threads.delete(number);
    this.#ended.add(thread);
    const left = [...thread.memory];
    this.#setup.onLost(number, why);
    for (let attempt = 0; !this.#isStopped; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, retryMs));
      try {
        const spare = this.#spare;
        this.#spare = undefined;
        const prepared = await spare;
        if (prepared?.hasEnded) {
          left.push(...prepared.memory);
          this.#ended.add(prepared);
        }
        const next = prepared === undefined || prepared.hasEnded ? await this.#load() : prepared;
        if (this.#isStopped) {
          await next.stop();
          next.forget();
          return;
        }
        this.#begin(number, next, left);
        await this.#reopen(number, next);
        // It ended as well: then what follows it has begun.
        if (this.#isStopped || this.#threads.get(number) !== next) return;
        void this.#introduce(number);
        this.#setup.onBack(number);
        this.#prepare();
        return;
      } catch (error) {
        if (this.#isStopped) return;
        this.#setup.onReport(number, { kind: "fault", error });
      }
    }
  }
}

async function closeListener(thread: MediaThread, { listener }: Shared): Promise<void> {
  await thread.ask({ kind: "close-listener", listener });
  thread.files.delete(listener);
}
