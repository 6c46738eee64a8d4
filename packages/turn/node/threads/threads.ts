import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Sharing } from "../batched/sockets.ts";
import type { Order, Report, ThreadSetup } from "./messages.ts";

/** Beside this file, as it is run: from its source, or built. */
const program = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);
const one = new Uint8Array(new BigUint64Array([1n]).buffer);
/** A thread that ended by itself is started again after so long. */
const restartMs = 1000;
/** And one that does not end when it is told to is ended after so long. */
const closeMs = 2000;

/** One port of one address, on all threads. */
interface Shared {
  readonly host: string;
  readonly port: number;
  /** By thread. */
  readonly sockets: (number | undefined)[];
}

type OrderToAnswer = Extract<Order, { readonly id: number }>;
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
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  #ids = 0;
  #isClosing = false;

  constructor(
    worker: Worker,
    wakeUp: number | undefined,
    onEnd: () => void,
    onReport: (report: Report) => void,
  ) {
    this.worker = worker;
    this.wakeUp = wakeUp;
    worker.on("message", (message: Report) => {
      if (message.kind === "listening" || message.kind === "done") {
        this.#waiting.get(message.id)?.resolve(message);
        this.#waiting.delete(message.id);
      } else if (message.kind === "refused") {
        const { code, message: words } = message;
        this.#waiting.get(message.id)?.reject(Object.assign(new Error(words), { code }));
        this.#waiting.delete(message.id);
      } else onReport(message);
    });
    worker.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The relay's thread has ended."));
      this.#waiting.clear();
      if (!this.#isClosing) onEnd();
    });
  }

  wake(): void {
    if (this.wakeUp === undefined) this.worker.postMessage({ kind: "wake" } satisfies Order);
    else writeSync(this.wakeUp, one);
  }

  order(order: Order): void {
    this.worker.postMessage(order);
    if (this.wakeUp !== undefined) this.wake();
  }

  ask(question: Question): Promise<Answer> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.order({ ...question, id } as Order);
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const ended = new Promise((resolve) => this.worker.once("exit", resolve));
    this.order({ kind: "close" });
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
    threads.#introduce();
    return threads;
  }

  /** Opens a port on all threads. Rejects with Node's codes. */
  async listen(host: string, port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
    const sockets: (number | undefined)[] = [];
    let actual = port;
    try {
      for (const [thread, one] of this.#threads) {
        const sharing: Sharing =
          this.#threads.size === 1 ? "alone" : sockets.length === 0 ? "first" : "further";
        const answer = await one.ask({ kind: "listen", host, port: actual, sharing });
        if (answer.kind !== "listening") continue;
        sockets[thread] = answer.socket;
        actual = answer.port;
      }
    } catch (error) {
      await this.#closeSockets(sockets);
      throw error;
    }
    const shared: Shared = { host, port: actual, sockets };
    this.#shared.add(shared);
    return {
      port: actual,
      close: async () => {
        if (this.#shared.delete(shared)) await this.#closeSockets(shared.sockets);
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

  async #start(thread: number): Promise<Thread> {
    const worker = new Worker(program, { workerData: this.#setup.setup(thread), name: "relay" });
    const wakeUp = await new Promise<number | undefined>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => reject(new Impossible("The thread ended at once.")));
      worker.once("message", (message: Report) => {
        if (message.kind === "ready") resolve(message.wakeUp);
        else
          reject(new Impossible(message.kind === "impossible" ? message.why : "The thread did not start."));
      });
    });
    worker.removeAllListeners("exit").removeAllListeners("error");
    worker.on("error", (error) => this.#setup.onFault(error));
    const started = new Thread(
      worker,
      wakeUp,
      () => void this.#lost(thread, wakeUp !== undefined),
      (message) => {
        if (message.kind === "passed") this.#setup.onPassed();
        else if (message.kind === "wake") this.wake(message.thread);
        else if (message.kind === "fault") this.#setup.onFault(message.error);
      },
    );
    this.#threads.set(thread, started);
    return started;
  }

  /** Each learns how to wake the others. */
  #introduce(): void {
    const files: (number | undefined)[] = [];
    for (const [thread, { wakeUp }] of this.#threads) files[thread] = wakeUp;
    for (const thread of this.#threads.values()) thread.order({ kind: "wake-ups", files });
  }

  /** Sockets that are not Node's stay when it ends, and would go on taking packets that nobody reads. */
  async #lost(thread: number, isFast: boolean): Promise<void> {
    this.#threads.delete(thread);
    for (const { sockets } of this.#shared) {
      const socket = sockets[thread];
      if (socket !== undefined && isFast) closeSync(socket);
      sockets[thread] = undefined;
    }
    this.#setup.onLost(thread);
    this.#setup.onFault(new Error("A thread of the relay ended by itself; it is started again."));
    await new Promise((resolve) => setTimeout(resolve, restartMs));
    if (this.#isClosed) return;
    try {
      const started = await this.#start(thread);
      this.#introduce();
      const sharing: Sharing = this.#setup.count === 1 ? "alone" : "further";
      for (const shared of this.#shared) {
        const answer = await started.ask({ kind: "listen", host: shared.host, port: shared.port, sharing });
        if (answer.kind === "listening") shared.sockets[thread] = answer.socket;
      }
    } catch (error) {
      this.#setup.onFault(error);
    }
  }
}
