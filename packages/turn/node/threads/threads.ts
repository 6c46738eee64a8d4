import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Sharing } from "../batched/sockets.ts";
import type { Order, Report, ThreadSetup } from "./messages.ts";

/** Beside this file, as it is run: from its source, or built. */
const program = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);
const one = new Uint8Array(new BigUint64Array([1n]).buffer);
/** A thread that ended by itself is started again after so long; while that fails, after twice as long each time, up to the second. */
const restartMs = 1000;
const restartMostMs = 30_000;
/** And one that does not end when it is told to is ended after so long. */
const closeMs = 2000;

/** One port of one address, on all threads. */
interface Shared {
  readonly host: string;
  readonly port: number;
  /** By thread. */
  readonly sockets: (number | undefined)[];
  /** Of threads that ended by themselves and are not there again, which stay open: without one the kernel would spread all clients anew. */
  readonly left: (number | undefined)[];
}

type OrderToAnswer = Extract<Order, { readonly id: number }>;
type Ready = Extract<Report, { readonly kind: "ready" }>;
type Answer = Extract<Report, { readonly kind: "listening" | "done" }>;
type Question = OrderToAnswer extends infer Each
  ? Each extends OrderToAnswer
    ? Omit<Each, "id">
    : never
  : never;

/** One thread, as the first one sees it. */
class Thread {
  readonly worker: Worker;
  readonly wakeUp: number | undefined;
  /** What it leaves when it ends by itself. */
  readonly memory: readonly number[];
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  #ids = 0;
  #isClosing = false;
  #closesItself = false;

  constructor(
    worker: Worker,
    { wakeUp, remains }: Ready,
    onEnd: () => void,
    onReport: (report: Report) => void,
  ) {
    this.worker = worker;
    this.wakeUp = wakeUp;
    this.memory = remains.memory;
    worker.on("message", (message: Report) => {
      if (message.kind === "listening" || message.kind === "done") {
        this.#waiting.get(message.id)?.resolve(message);
        this.#waiting.delete(message.id);
      } else if (message.kind === "refused") {
        const { code, message: words } = message;
        this.#waiting.get(message.id)?.reject(Object.assign(new Error(words), { code }));
        this.#waiting.delete(message.id);
      } else if (message.kind === "closing") this.#closesItself = true;
      else onReport(message);
    });
    worker.once("exit", () => {
      if (!this.#closesItself) for (const file of remains.files) closeSync(file);
      for (const { reject } of this.#waiting.values()) reject(new Error("The relay's thread has ended."));
      this.#waiting.clear();
      if (!this.#isClosing) onEnd();
    });
  }

  wake(): void {
    if (this.#isClosing) return;
    if (this.wakeUp === undefined) this.worker.postMessage({ kind: "wake" } satisfies Order);
    else writeSync(this.wakeUp, one);
  }

  order(order: Order): void {
    // Its file may be somebody else's by then.
    if (this.#isClosing) return;
    this.worker.postMessage(order);
    if (this.wakeUp !== undefined) this.wake();
  }

  ask(question: Question): Promise<Answer> {
    if (this.#isClosing) return Promise.reject(new Error("The relay's thread is ending."));
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.order({ ...question, id } as Order);
    });
  }

  /** Once no thread writes to it any more. */
  forget(): void {
    if (this.wakeUp !== undefined) closeSync(this.wakeUp);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.worker.once("exit", resolve));
    this.order({ kind: "close" });
    this.#isClosing = true;
    // One that hangs must not keep the server from ending.
    const late = setTimeout(() => void this.worker.terminate(), closeMs);
    await ended;
    clearTimeout(late);
  }
}

export interface ThreadsSetup {
  /** Threads besides the first. */
  readonly count: number;
  readonly setup: (thread: number) => ThreadSetup;
  /** There is something in the exchange for the first thread. */
  readonly onPassed: () => void;
  readonly onFault: (error: unknown) => void;
  /** A thread ended by itself; what it had is over. */
  readonly onLost: (thread: number) => void;
  /** After so long one that ended is started again. Default: a second. */
  readonly restartMs?: number;
}

/** Why there are no threads. */
export class Impossible extends Error {
  override readonly name = "Impossible";
}

/** The threads that have the UDP sockets, seen from the first one. */
export class Threads {
  readonly #setup: ThreadsSetup;
  /** By number; the first, which is this one, is not among them. */
  readonly #threads = new Map<number, Thread>();
  readonly #shared = new Set<Shared>();
  /** Those that ended, as long as others may write to the files that they were woken by. */
  readonly #ended = new Set<Thread>();
  #isClosed = false;

  private constructor(setup: ThreadsSetup) {
    this.#setup = setup;
  }

  /** Rejects with `Impossible` where threads can't have sockets of their own. */
  static async start(setup: ThreadsSetup): Promise<Threads> {
    const threads = new Threads(setup);
    try {
      for (let thread = 1; thread <= setup.count; thread++) await threads.#start(thread);
    } catch (error) {
      await threads.close();
      throw error;
    }
    void threads.#introduce();
    return threads;
  }

  /** Opens a port on all threads. Rejects with Node's codes. */
  async listen(host: string, port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
    const sockets: (number | undefined)[] = [];
    let actual = port;
    try {
      for (const [thread, one] of this.#threads) {
        const sharing: Sharing =
          this.#setup.count === 1 ? "alone" : sockets.length === 0 ? "first" : "further";
        const answer = await one.ask({ kind: "listen", host, port: actual, sharing });
        if (answer.kind !== "listening") continue;
        sockets[thread] = answer.socket;
        actual = answer.port;
      }
    } catch (error) {
      await this.#closeSockets(sockets);
      throw error;
    }
    const shared: Shared = { host, port: actual, sockets, left: [] };
    this.#shared.add(shared);
    return {
      port: actual,
      close: async () => {
        if (!this.#shared.delete(shared)) return;
        closeLeft(shared);
        await this.#closeSockets(shared.sockets);
      },
    };
  }

  async #closeSockets(sockets: readonly (number | undefined)[]): Promise<void> {
    const closing = [...this.#threads].map(async ([thread, one]) => {
      const socket = sockets[thread];
      if (socket !== undefined) await one.ask({ kind: "close-listener", socket });
    });
    // Those of a thread that has ended are closed already.
    await Promise.allSettled(closing);
  }

  /** In all threads; how many allocations ended. */
  async drop(prefix: string, revokeUpTo: number | undefined): Promise<number> {
    const answers = await Promise.allSettled(
      [...this.#threads.values()].map((thread) => thread.ask({ kind: "drop", prefix, revokeUpTo })),
    );
    return answers.reduce(
      (sum, answer) =>
        sum + (answer.status === "fulfilled" && answer.value.kind === "done" ? answer.value.count : 0),
      0,
    );
  }

  /** Something is in the exchange for that one. */
  wake(thread: number): void {
    this.#threads.get(thread)?.wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(all.map((thread) => thread.close()));
    for (const shared of this.#shared) closeLeft(shared);
    for (const thread of [...all, ...this.#ended]) thread.forget();
    this.#ended.clear();
  }

  get workers(): readonly Worker[] {
    return [...this.#threads.values()].map(({ worker }) => worker);
  }

  /** Whether every thread is there and has all ports. */
  get areListening(): boolean {
    const { count } = this.#setup;
    const isOn = ({ sockets }: Shared): boolean =>
      Array.from({ length: count }, (_, index) => sockets[index + 1]).every((socket) => socket !== undefined);
    return this.#threads.size === count && [...this.#shared].every(isOn);
  }

  async #start(thread: number, left: readonly number[] = []): Promise<Thread> {
    const workerData: ThreadSetup = { ...this.#setup.setup(thread), left };
    const worker = new Worker(program, { workerData, name: "relay" });
    const ready = await new Promise<Ready>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => reject(new Impossible("The thread ended at once.")));
      worker.once("message", (message: Report) => {
        if (message.kind === "ready") resolve(message);
        else
          reject(new Impossible(message.kind === "impossible" ? message.why : "The thread did not start."));
      });
    });
    worker.removeAllListeners("exit").removeAllListeners("error");
    worker.on("error", (error) => this.#setup.onFault(error));
    const started: Thread = new Thread(
      worker,
      ready,
      () => void this.#lost(thread, started),
      (message) => {
        if (message.kind === "passed") this.#setup.onPassed();
        else if (message.kind === "wake") this.wake(message.thread);
        else if (message.kind === "fault") this.#setup.onFault(message.error);
      },
    );
    this.#threads.set(thread, started);
    return started;
  }

  /** Each learns how to wake the others. Settles when it knows. */
  async #introduce(): Promise<void> {
    const files: (number | undefined)[] = [];
    for (const [thread, { wakeUp }] of this.#threads) files[thread] = wakeUp;
    const ended = [...this.#ended];
    await Promise.allSettled(
      [...this.#threads.values()].map((thread) => thread.ask({ kind: "wake-ups", files })),
    );
    for (const thread of ended) if (this.#ended.delete(thread)) thread.forget();
  }

  /** Sockets that are not Node's stay when it ends, and are its successor's: others keep the clients that they have. */
  async #lost(thread: number, ended: Thread): Promise<void> {
    this.#threads.delete(thread);
    this.#ended.add(ended);
    for (const { sockets, left } of this.#shared) {
      if (ended.wakeUp !== undefined) left[thread] = sockets[thread];
      sockets[thread] = undefined;
    }
    this.#setup.onLost(thread);
    this.#setup.onFault(new Error("A thread of the relay ended by itself; it is started again."));
    let started: Thread | undefined;
    // Whoever took it over may have given it back before it failed: it is handed on once.
    let memory = ended.memory;
    const { restartMs: firstMs = restartMs } = this.#setup;
    for (let wait = firstMs; ; wait = Math.min(wait * 2, restartMostMs)) {
      await new Promise((resolve) => setTimeout(resolve, wait).unref());
      // What took its place and ended as well is followed by another of its own.
      if (this.#isClosed || (started && this.#threads.get(thread) !== started)) return;
      try {
        const left = memory;
        memory = [];
        started ??= await this.#start(thread, left);
        if (this.#isClosed) {
          this.#threads.delete(thread);
          await started.close();
          started.forget();
          return;
        }
        void this.#introduce();
        await this.#reopen(thread, started);
        return;
      } catch (error) {
        // These would go on taking packets that nobody reads.
        for (const shared of this.#shared) closeLeft(shared, thread);
        this.#setup.onFault(error);
      }
    }
  }

  /** All ports that it does not have. Rejects when one of them could not be had; the others are open by then. */
  async #reopen(thread: number, started: Thread): Promise<void> {
    const sharing: Sharing = this.#setup.count === 1 ? "alone" : "further";
    const failures: unknown[] = [];
    for (const { host, port, left, sockets } of this.#shared) {
      if (sockets[thread] !== undefined) continue;
      const socket = left[thread];
      left[thread] = undefined;
      try {
        const answer = await started.ask({ kind: "listen", host, port, sharing, left: socket });
        if (answer.kind === "listening") sockets[thread] = answer.socket;
      } catch (error) {
        if (socket !== undefined) closeSync(socket);
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

function closeLeft({ left }: Shared, thread?: number): void {
  for (const [of, socket] of left.entries()) {
    if (socket === undefined || (thread !== undefined && thread !== of)) continue;
    closeSync(socket);
    left[of] = undefined;
  }
}
