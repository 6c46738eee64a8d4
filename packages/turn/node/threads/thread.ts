import { writeSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { insideAddress, parseBytes, place } from "../../core/index.ts";
import { loadKernel } from "../batched/kernel.ts";
import { BatchedPorts } from "../batched/ports.ts";
import { Sockets } from "../batched/sockets.ts";
import { BatchedListener } from "../batched/udp.ts";
import { Engine } from "../engine.ts";
import { primitives } from "../primitives.ts";
import { StatisticsBoard } from "./board.ts";
import { SharedCommons } from "./commons.ts";
import { Exchange } from "./exchange.ts";
import type { Order, Report, ThreadSetup } from "./messages.ts";

/*
 * A thread of the server that has UDP sockets of its own. It sleeps in the kernel, not in Node's loop, and gives Node's loop a turn now
 * and then: for orders, timers and the conditions of labs.
 */

const tickMs = 1000;
/** How long it may sleep; packets in a lab's delay wait in Node's loop. */
const sleepMs = 50;
const labSleepMs = 1;
/** Under load Node's loop gets a turn after so long. */
const turnMs = 4;
const publishMs = 1;
/**
 * From so many packets per ms on, it naps between two reads, so that more of them come in one: waking up costs more than a packet
 * does. A nap is far shorter than what delays and disturbs a call.
 */
const busyPackets = 4;
const napMicroseconds = 200;
const one = new Uint8Array(new BigUint64Array([1n]).buffer);

const setup = workerData as ThreadSetup;
const report = (message: Report): void => parentPort?.postMessage(message);

try {
  run(new Sockets(loadKernel()));
} catch (error) {
  report({ kind: "impossible", why: error instanceof Error ? error.message : String(error) });
}

function run(sockets: Sockets): void {
  const { thread, threads, relay } = setup;
  const commons = new SharedCommons(setup.commons, thread, threads, relay.limits);
  const board = new StatisticsBoard(threads, setup.board);
  let wakeUps: readonly (number | undefined)[] = [];
  const exchange = new Exchange(setup.exchange, thread, threads, (other) => {
    const file = wakeUps[other];
    if (other === 0) report({ kind: "passed" });
    else if (file !== undefined) writeSync(file, one);
  });
  const engine = new Engine({
    relay: { ...relay, primitives, commons },
    now: Date.now,
    ports: (events) => new BatchedPorts(sockets, setup.relayHosts, events),
    pass(to, from, bytes, delayMs) {
      const owner = commons.ownerOf(to);
      const passed = { family: to.family, toPort: to.port, fromPort: from.port, delayMs };
      return owner !== undefined && exchange.send(owner, passed, bytes);
    },
    onFault: (error) => report({ kind: "fault", error }),
  });
  const addresses = relay.mode.kind === "closed" ? [insideAddress] : relay.mode.addresses;
  const inside = (family: 4 | 6, port: number) => {
    const bytes = addresses.find(({ length }) => length === (family === 4 ? 4 : 16)) ?? insideAddress;
    return place({ family, bytes, port });
  };
  const listeners = new Map<number, BatchedListener>();
  let publishedAt = 0;
  const publish = (): void => {
    publishedAt = performance.now();
    board.publish(thread, engine.statistics, engine.faults);
  };
  // Whoever got an answer finds it counted. Data is counted a little later.
  sockets.batch.beforeAnswers = publish;

  const take = (): void =>
    exchange.drain(({ family, toPort, fromPort, delayMs }, bytes, at) => {
      engine.passed(inside(family, toPort), inside(family, fromPort), bytes, at, delayMs);
    });

  let isOpen = true;
  let isBusy = false;
  const turn = (): void => {
    const begun = performance.now();
    const { received } = sockets.batch;
    let passed = 0;
    let isWoken = false;
    while (isOpen && !isWoken) {
      take();
      sockets.batch.flush();
      exchange.flush();
      if (isBusy) sockets.nap(napMicroseconds);
      const mayRest = exchange.rest();
      isWoken = sockets.wait(mayRest ? (engine.delayed > 0 ? labSleepMs : sleepMs) : 0);
      exchange.rise();
      sockets.batch.flush();
      exchange.flush();
      const now = performance.now();
      if (now - publishedAt >= publishMs) publish();
      passed = now - begun;
      if (passed >= turnMs) break;
    }
    isBusy = sockets.batch.received - received > passed * busyPackets;
    if (isOpen) setImmediate(turn);
  };

  const obey = (order: Order): void => {
    switch (order.kind) {
      case "listen": {
        const [address = "", zone] = order.host.split("%");
        const host = parseBytes(address);
        if (host === undefined)
          throw Object.assign(new Error(`${order.host} is no address.`), { code: "EINVAL" });
        const socket = sockets.open(host, order.port, order.sharing, scopeOf(zone));
        listeners.set(socket, new BatchedListener(sockets, socket, engine));
        report({ kind: "listening", id: order.id, socket, port: sockets.portOf(socket) });
        return;
      }
      case "close-listener":
        listeners.get(order.socket)?.close();
        listeners.delete(order.socket);
        break;
      case "drop": {
        const count = engine.dropUser(order.prefix, order.revokeUpTo);
        publish();
        report({ kind: "done", id: order.id, count });
        return;
      }
      case "wake-ups":
        wakeUps = order.files;
        return;
      case "close":
        isOpen = false;
        clearInterval(ticking);
        engine.close();
        publish();
        sockets.closeAll();
        parentPort?.close();
        return;
      default:
        order satisfies never;
    }
    publish();
    if ("id" in order) report({ kind: "done", id: order.id, count: 0 });
  };
  parentPort?.on("message", (order: Order) => {
    try {
      obey(order);
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if ("id" in order) report({ kind: "refused", id: order.id, code, message });
      else report({ kind: "fault", error });
    }
  });
  const ticking = setInterval(() => engine.tick(), tickMs);
  report({ kind: "ready", wakeUp: sockets.wakeUp });
  setImmediate(turn);
}

/** The number of an interface (RFC 4007). */
function scopeOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const found = (networkInterfaces()[zone] ?? []).find(({ family }) => family === "IPv6");
  return found?.family === "IPv6" ? found.scopeid : Number(zone) || 0;
}
