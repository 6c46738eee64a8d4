import { networkInterfaces } from "node:os";
import { parseBytes } from "../../core/index.ts";
import { loadKernel } from "../batched/kernel.ts";
import { BatchedPorts } from "../batched/ports.ts";
import { Sockets } from "../batched/sockets.ts";
import { BatchedListener } from "../batched/udp.ts";
import { BatchedWays } from "../batched/ways.ts";
import type { ThreadLoop, ThreadSockets } from "./sockets.ts";

/** How long a thread may sleep; packets in a lab's delay wait in Node's loop. */
const sleepMs = 50;
const labSleepMs = 1;
/** Under load Node's loop gets a turn after so long. */
const turnMs = 4;
/**
 * From so many packets per ms on, it naps between two reads, so that more of them come in one: waking up costs more than a packet
 * does. A nap is far shorter than what delays and disturbs a call.
 */
const busyPackets = 4;
const napMicroseconds = 200;

/**
 * Many packets at once. The thread sleeps in the kernel, not in Node's loop, and gives Node's loop a turn now and then: for orders,
 * timers and the conditions of labs. Throws where that is not possible.
 */
export function fastSockets(): ThreadSockets {
  const kernel = loadKernel();
  const sockets = new Sockets(kernel);
  const listeners = new Map<number, BatchedListener>();
  let isOpen = true;
  let isBusy = false;

  const run = ({ exchange, take, isDelaying, longestSleepMs, afterReading }: ThreadLoop): void => {
    const restMs = (): number =>
      isDelaying() ? labSleepMs : Math.min(sleepMs, Math.max(0, Math.ceil(longestSleepMs?.() ?? sleepMs)));
    const turn = (): void => {
      const begun = performance.now();
      const { received } = sockets.batch;
      let passed = 0;
      let isCalled = false;
      while (isOpen) {
        const before = sockets.batch.received;
        // What is passed on is sent before anything else is read.
        const taken = take((bytes) => bytes);
        sockets.batch.flush();
        exchange.flush();
        if (isBusy) sockets.nap(napMicroseconds);
        const mayRest = exchange.rest();
        const isWoken = sockets.wait(mayRest && !isCalled ? restMs() : 0);
        exchange.rise();
        sockets.batch.flush();
        exchange.flush();
        const now = performance.now();
        afterReading(now);
        passed = now - begun;
        // It was woken for what others passed on, or for an order: that is Node's loop's, as soon as there is nothing else to do.
        if (passed >= turnMs || (isCalled && taken === 0 && sockets.batch.received === before)) break;
        isCalled ||= isWoken;
      }
      isBusy = sockets.batch.received - received > passed * busyPackets;
      if (isOpen) setImmediate(turn);
    };
    setImmediate(turn);
  };

  return {
    sendsAtOnce: false,
    wakeUp: sockets.wakeUp,
    remains: sockets.remains,
    free(memory) {
      for (const address of memory) kernel.free(address);
    },
    start(loop) {
      sockets.batch.beforeAnswers = () => loop.beforeAnswers();
      run(loop);
    },
    async open(intake, text, wanted, sharing, left) {
      const [address = "", zone] = text.split("%");
      const host = parseBytes(address);
      if (host === undefined) throw Object.assign(new Error(`${text} is no address.`), { code: "EINVAL" });
      const socket = left ?? sockets.open(host, wanted, sharing, scopeOf(zone));
      listeners.set(socket, new BatchedListener(sockets, socket, intake));
      return { socket, port: sockets.portOf(socket) };
    },
    async close(socket) {
      listeners.get(socket)?.close();
      listeners.delete(socket);
    },
    pathTo: (socket, to) => listeners.get(socket)?.pathTo(to),
    ports: (hosts, events) => new BatchedPorts(sockets, hosts, events),
    ways: (service, answered) => new BatchedWays(sockets, service, answered),
    // Whoever wakes it writes to its file; the loop looks by itself.
    wake: () => {},
    async closeAll() {
      isOpen = false;
      sockets.closeAll();
    },
  };
}

/** The number of an interface (RFC 4007). */
function scopeOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const found = (networkInterfaces()[zone] ?? []).find(({ family }) => family === "IPv6");
  return found?.family === "IPv6" ? found.scopeid : Number(zone) || 0;
}
