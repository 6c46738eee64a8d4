import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "../engine.ts";
import { primitives } from "../primitives.ts";
import { StatisticsBoard } from "./board.ts";
import { SharedCommons } from "./commons.ts";
import { Exchange } from "./exchange.ts";
import { fastSockets } from "./fast-sockets.ts";
import { insidePlaces } from "./inside.ts";
import type { Order, Report, ThreadSetup } from "./messages.ts";
import { plainSockets } from "./plain-sockets.ts";
import type { ThreadSockets } from "./sockets.ts";

/* A thread of the server that has UDP sockets of its own. */

const tickMs = 1000;
const publishMs = 1;
const one = new Uint8Array(new BigUint64Array([1n]).buffer);

const setup = workerData as ThreadSetup;
const report = (message: Report): void => parentPort?.postMessage(message);

try {
  run(setup.udp === "fast" ? fastSockets() : plainSockets());
} catch (error) {
  report({ kind: "impossible", why: error instanceof Error ? error.message : String(error) });
}

function run(sockets: ThreadSockets): void {
  const { thread, threads, relay, service, left = [] } = setup;
  sockets.free(left);
  const commons = new SharedCommons(setup.commons, thread, threads, relay.limits);
  const board = new StatisticsBoard(threads, setup.board);
  let wakeUps: readonly (number | undefined)[] = [];
  const exchange = new Exchange(setup.exchange, thread, threads, (other) => {
    const file = wakeUps[other];
    if (other === 0) report({ kind: "passed" });
    else if (file === undefined) report({ kind: "wake", thread: other });
    else writeSync(file, one);
  });
  const engine = new Engine({
    relay: { ...relay, primitives, commons },
    now: Date.now,
    ports: (events) => sockets.ports(setup.relayHosts, events),
    ways: service && ((answered) => sockets.ways(service, answered)),
    pass(to, from, bytes, delayMs) {
      const owner = commons.ownerOf(to);
      const passed = { family: to.family, toPort: to.port, fromPort: from.port, delayMs };
      const isSent = owner !== undefined && exchange.send(owner, passed, bytes);
      if (sockets.sendsAtOnce) exchange.flush();
      return isSent;
    },
    onFault: (error) => report({ kind: "fault", error }),
  });
  const inside = insidePlaces(relay.mode);
  let publishedAt = 0;
  const publish = (): void => {
    publishedAt = performance.now();
    board.publish(thread, engine.statistics, engine.faults);
  };

  sockets.start({
    exchange,
    take(toPassed) {
      return exchange.drain(({ family, toPort, fromPort, delayMs }, bytes, at) => {
        engine.passed(inside(family, toPort), inside(family, fromPort), toPassed(bytes), at, delayMs);
      });
    },
    isDelaying: () => engine.delayed > 0,
    // Whoever got an answer finds it counted. Data is counted a little later.
    beforeAnswers: publish,
    afterReading(now) {
      if (now - publishedAt >= publishMs) publish();
    },
  });

  const obey = async (order: Order): Promise<void> => {
    switch (order.kind) {
      case "listen": {
        const opened = await sockets.open(engine, order.host, order.port, order.sharing, order.left);
        report({ kind: "listening", id: order.id, ...opened });
        return;
      }
      case "close-listener":
        await sockets.close(order.socket);
        publish();
        report({ kind: "done", id: order.id, count: 0 });
        return;
      case "drop": {
        const count = engine.dropUser(order.prefix, order.revokeUpTo);
        publish();
        report({ kind: "done", id: order.id, count });
        return;
      }
      case "wake-ups":
        wakeUps = order.files;
        report({ kind: "done", id: order.id, count: 0 });
        return;
      case "wake":
        sockets.wake();
        return;
      case "close":
        clearInterval(ticking);
        engine.close();
        publish();
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
  const ticking = setInterval(() => {
    engine.tick();
    publish();
  }, tickMs);
  report({ kind: "ready", wakeUp: sockets.wakeUp, remains: sockets.remains });
}
