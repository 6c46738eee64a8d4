import { readlinkSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { writeForwarding } from "@parlour/protocol";
import {
  type ClientPath,
  Exchange,
  fastSockets,
  plainSockets,
  type ThreadSockets,
} from "@parlour/turn/datagrams";
import type { CreateRoom } from "../../core/seams.ts";
import { privateKeyOf } from "../dtls/certificate.ts";
import { cpuMsOf } from "./cpu-time.ts";
import type { Order, Report, ThreadSetup, ThreadStatistics } from "./messages.ts";
import { Mux } from "./mux.ts";
import { Pages } from "./pages.ts";
import { Passing } from "./passing.ts";
import { Slab } from "./slab.ts";

/* A thread of the engine: some of the rooms, and a socket of its own at the one port. */

const one = new Uint8Array(new BigUint64Array([1n]).buffer);
const nothing = new Uint8Array();

const setup = workerData as ThreadSetup;
const report = (message: Report): void => parentPort?.postMessage(message);
const now = (): number => performance.now();

try {
  const { createRoom } = (await import(setup.rooms)) as { readonly createRoom: CreateRoom };
  const sockets = setup.udp === "fast" ? fastSockets() : plainSockets();
  // One may wait long to be needed: until then it sleeps, and has no part in anything.
  parentPort?.once("message", (order: Order) => {
    if (order.kind === "begin") {
      sockets.free(order.left);
      run(order.thread, sockets, createRoom);
    } else {
      report({ kind: "closing" });
      void sockets.closeAll().then(() => parentPort?.close());
    }
  });
  report({ kind: "ready", wakeUp: sockets.wakeUp, remains: sockets.remains, task: ownTask() });
} catch (error) {
  report({ kind: "impossible", why: error instanceof Error ? error.message : String(error) });
}

/** Where Linux says what this thread does, below `/proc`. */
function ownTask(): string | undefined {
  try {
    return readlinkSync("/proc/thread-self");
  } catch {
    return undefined;
  }
}

function run(thread: number, sockets: ThreadSockets, createRoom: CreateRoom): void {
  const { threads, certificate } = setup;
  const pulse = new Int32Array(setup.pulse);
  const beat = (): void => void Atomics.add(pulse, thread, 1);
  const isFast = setup.udp === "fast";
  let wakeUps: readonly (number | undefined)[] = [];
  let port = 0;
  /** By the number that all threads know them by. */
  const listeners = new Map<number, number>();
  const exchange = new Exchange(setup.exchange, thread, threads, (other) => {
    const file = wakeUps[other];
    if (file === undefined) report({ kind: "wake", thread: other });
    else writeSync(file, one);
  });
  const prefixOf = (other: number): string => other.toString(36);
  const passing = new Passing({
    thread,
    threads,
    exchange,
    ownerOf(ufrag) {
      const owner = Number.parseInt(ufrag.slice(0, 1), 36);
      return owner < threads ? owner : undefined;
    },
    pathTo(listener, endpoint) {
      const socket = listeners.get(listener);
      return socket === undefined ? undefined : sockets.pathTo(socket, endpoint);
    },
  });
  const mux = new Mux(now, passing);
  // Where sending copies, one piece of memory does for all; Node's sockets send later.
  const slab = new Slab();
  let shared = nothing;
  const scratch = (bytes: number): Uint8Array => {
    if (!isFast) return slab.take(bytes);
    if (shared.length < bytes) shared = new Uint8Array(bytes * 2);
    return shared.subarray(0, bytes);
  };
  const pages = new Pages({
    createRoom,
    certificate,
    privateKey: privateKeyOf(certificate),
    port: () => port,
    prefix: prefixOf(thread),
    mux,
    slab,
    scratch,
    now,
    send(room, peer, message) {
      report({ kind: "send", room, peer, payload: Buffer.from(writeForwarding(message)) });
    },
    onFault: (error) => report({ kind: "fault", error }),
  });
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      report({ kind: "fault", error });
    }
    if (sockets.sendsAtOnce) exchange.flush();
  };

  sockets.start({
    exchange,
    take: (copy) => {
      let count = 0;
      guarded(() => {
        count = passing.drain(mux, copy);
      });
      return count;
    },
    isDelaying: () => false,
    longestSleepMs: () => pages.nextAt - now(),
    beforeAnswers() {},
    afterReading(at) {
      beat();
      guarded(() => pages.tick(at));
    },
  });
  let timer: NodeJS.Timeout | undefined;
  /** Node's sockets have no loop that comes by in time. */
  const schedule = (): void => {
    const ms = Math.min(20, Math.max(1, pages.nextAt - now()));
    timer = setTimeout(() => {
      beat();
      guarded(() => pages.tick(now()));
      schedule();
    }, ms);
  };
  if (!isFast) schedule();

  const intake = (listener: number) => ({
    receive(path: ClientPath, bytes: Uint8Array) {
      guarded(() => {
        passing.listener = listener;
        mux.receive(path, bytes);
      });
    },
    closed: (path: ClientPath) =>
      guarded(() => {
        mux.closed(path);
        passing.closed(path);
      }),
  });

  const obey = async (order: Order): Promise<void> => {
    // Many who join at once keep it from its sockets for a while.
    beat();
    switch (order.kind) {
      case "begin":
        return;
      case "listen": {
        const opened = await sockets.open(intake(order.listener), order.host, order.port, order.sharing);
        listeners.set(order.listener, opened.socket);
        port = opened.port;
        const file = isFast ? opened.socket : undefined;
        report({ kind: "listening", id: order.id, port: opened.port, file });
        return;
      }
      case "close-listener": {
        const socket = listeners.get(order.listener);
        listeners.delete(order.listener);
        if (socket !== undefined) await sockets.close(socket);
        report({ kind: "done", id: order.id });
        return;
      }
      case "statistics": {
        const statistics: ThreadStatistics = { ...pages.statistics, cpuMs: cpuMsOf("thread-self") ?? 0 };
        report({ kind: "statistics", id: order.id, statistics });
        return;
      }
      case "open":
        pages.open(order.room);
        return;
      case "admit":
        pages.admit(order.room, order.peer, order.reach);
        return;
      case "receive":
        pages.receive(order.room, order.peer, order.payload);
        return;
      case "resync":
        pages.resync(order.room, order.peer);
        return;
      case "evict":
        pages.evict(order.room, order.peer);
        return;
      case "close-room":
        pages.close(order.room);
        return;
      case "wake-ups":
        wakeUps = order.files;
        if (order.began !== undefined && order.began !== thread) {
          passing.began(order.began);
          exchange.flush();
        }
        report({ kind: "done", id: order.id });
        return;
      case "wake":
        sockets.wake();
        return;
      case "stop":
        clearTimeout(timer);
        pages.closeAll();
        report({ kind: "closing" });
        await sockets.closeAll();
        parentPort?.close();
        return;
      default:
        order satisfies never;
    }
  };
  parentPort?.on("message", (order: Order) => {
    obey(order).catch((error: NodeJS.ErrnoException) => {
      const { code = "", message } = error;
      if ("id" in order) report({ kind: "refused", id: order.id, code, message });
      else report({ kind: "fault", error });
    });
  });
}
