import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { cpuMsOf } from "./cpu-time.ts";
import type { Order, Report, ThreadSetup } from "./messages.ts";

/** Beside this file, as it is run: from its source, or built. */
const program = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);
const one = new Uint8Array(new BigUint64Array([1n]).buffer);
/** One that does not end when it is told to is ended after so long. */
const stopMs = 2000;

export type Answer = Extract<Report, { readonly id: number }>;
export type Question =
  Extract<Order, { readonly id: number }> extends infer Each
    ? Each extends { readonly id: number }
      ? Omit<Each, "id">
      : never
    : never;

/** A thread can't have sockets of that kind here. */
export class Impossible extends Error {
  override readonly name = "Impossible";
}

export interface ThreadEvents {
  report(report: Report): void;
  /** It ended by itself, and was not told to stop. */
  ended(why: string): void;
}

/** One thread, as the main one sees it. */
export interface MediaThread {
  /** What to write to so that it wakes up. */
  readonly wakeUp: number | undefined;
  /** Files of its sockets, by listener. */
  readonly files: Map<number, number>;
  /** Addresses of what it leaves when it ends by itself, for the next one to free. */
  readonly memory: readonly number[];
  /** It can't be used any more. */
  readonly hasEnded: boolean;
  /** What it has used of the processor, where that is known. */
  readonly cpuMs: number | undefined;
  /** It is that thread from now on. Until then it sleeps. */
  begin(thread: number, events: ThreadEvents, left: readonly number[]): void;
  order(order: Order): void;
  /** There is something in the exchange for it. */
  wake(): void;
  /** Rejects with Node's codes, and when the thread ends meanwhile. */
  ask(question: Question): Promise<Answer>;
  /** Ends it as a crash would. */
  end(why: string): void;
  stop(): Promise<void>;
  /** It has ended, and no thread writes to `wakeUp` any more. */
  forget(): void;
}

/** A thread of Node's. */
export class MediaWorker implements MediaThread {
  readonly wakeUp: number | undefined;
  readonly files = new Map<number, number>();
  readonly memory: readonly number[];
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  readonly #task: string | undefined;
  #ids = 0;
  #stopped: Promise<void> | undefined;
  #hasEnded = false;
  #closesItself = false;
  #why = "it ended by itself";
  #events: ThreadEvents | undefined;

  private constructor(
    worker: Worker,
    { wakeUp, remains, task }: Extract<Report, { readonly kind: "ready" }>,
  ) {
    this.#worker = worker;
    this.wakeUp = wakeUp;
    this.memory = remains.memory;
    this.#task = task;
    worker.on("error", (error) => {
      this.#why = error instanceof Error ? error.message : String(error);
    });
    worker.on("message", (message: Report) => {
      if (message.kind === "closing") this.#closesItself = true;
      else if (!("id" in message)) this.#events?.report(message);
      else this.#answered(message);
    });
    worker.once("exit", () => {
      this.#hasEnded = true;
      // Its sockets would go on taking packets that nobody reads.
      if (!this.#closesItself) for (const file of [...this.files.values(), ...remains.files]) closeSync(file);
      for (const { reject } of this.#waiting.values()) reject(new Error("The media thread has ended."));
      this.#waiting.clear();
      if (this.#stopped === undefined) this.#events?.ended(this.#why);
    });
  }

  /** Resolves when everything is loaded, so that it can begin; rejects with `Impossible` when it can't work here. */
  static async start(setup: ThreadSetup): Promise<MediaWorker> {
    const worker = new Worker(program, { workerData: setup, name: "media" });
    const ready = await new Promise<Extract<Report, { readonly kind: "ready" }>>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => reject(new Impossible("The thread ended at once.")));
      worker.once("message", (message: Report) => {
        if (message.kind === "ready") resolve(message);
        else reject(new Impossible(message.kind === "impossible" ? message.why : "It did not start."));
      });
    });
    worker.removeAllListeners("exit").removeAllListeners("error");
    return new MediaWorker(worker, ready);
  }

  get cpuMs(): number | undefined {
    return this.#task === undefined ? undefined : cpuMsOf(this.#task);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  begin(thread: number, events: ThreadEvents, left: readonly number[]): void {
    // Until then it sleeps in Node's loop, which messages wake up by themselves.
    this.order({ kind: "begin", thread, left });
    this.#events = events;
  }

  order(order: Order): void {
    if (this.#stopped !== undefined) return;
    this.#worker.postMessage(order);
    this.#wake();
  }

  wake(): void {
    if (this.#stopped !== undefined) return;
    if (this.wakeUp === undefined) this.#worker.postMessage({ kind: "wake" } satisfies Order);
    else this.#wake();
  }

  ask(question: Question): Promise<Answer> {
    if (this.#hasEnded || this.#stopped !== undefined)
      return Promise.reject(new Error("The media thread has ended."));
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.order({ ...question, id } as Order);
    });
  }

  end(why: string): void {
    this.#why = why;
    void this.#worker.terminate();
  }

  stop(): Promise<void> {
    if (this.#stopped !== undefined) return this.#stopped;
    this.order({ kind: "stop" });
    this.#stopped = this.#end();
    return this.#stopped;
  }

  forget(): void {
    if (this.wakeUp !== undefined) closeSync(this.wakeUp);
  }

  async #end(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    // One that hangs must not keep the server from ending.
    const late = setTimeout(() => void this.#worker.terminate(), stopMs);
    await ended;
    clearTimeout(late);
  }

  #wake(): void {
    if (this.wakeUp !== undefined && this.#events !== undefined && !this.#hasEnded)
      writeSync(this.wakeUp, one);
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === "refused")
      waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }));
    else waiting?.resolve(answer);
  }
}
