import { RelayPorts } from "../relay-ports.ts";
import { ServiceWays } from "../service-ways.ts";
import { UdpListener } from "../udp.ts";
import type { ThreadLoop, ThreadSockets } from "./sockets.ts";

/** Node's sockets, several of which have one port (`canSharePorts`). */
export function plainSockets(): ThreadSockets {
  const listeners = new Map<number, UdpListener>();
  let ids = 0;
  let isOpen = true;
  let loop: ThreadLoop | undefined;

  const wake = (): void => {
    if (loop === undefined) return;
    const { exchange, take, afterReading } = loop;
    exchange.rise();
    // What is sent from here may wait in Node for the socket.
    take((bytes) => Buffer.from(bytes));
    afterReading(performance.now());
    if (!exchange.rest() && isOpen) setImmediate(wake);
  };

  return {
    sendsAtOnce: true,
    wakeUp: undefined,
    // Node closes its own.
    remains: { files: [], memory: [] },
    free: () => {},
    start(given) {
      loop = given;
      wake();
    },
    async open(intake, host, wanted, sharing) {
      let port = wanted;
      if (sharing === "first") {
        // Sockets that share a port take it although another program has it, if that one shares it as well: so it is asked for alone before.
        const probe = await UdpListener.open(intake, host, port);
        port = probe.port;
        await probe.close();
      }
      const listener = await UdpListener.open(intake, host, port, sharing !== "alone");
      listener.beforeAnswers = () => loop?.beforeAnswers();
      const socket = ++ids;
      listeners.set(socket, listener);
      return { socket, port: listener.port };
    },
    async close(socket) {
      const listener = listeners.get(socket);
      listeners.delete(socket);
      await listener?.close();
    },
    pathTo: (socket, to) => listeners.get(socket)?.pathTo(to),
    ports: (hosts, events) => new RelayPorts(hosts, events),
    ways: (service, answered) => new ServiceWays(service, answered),
    wake,
    async closeAll() {
      isOpen = false;
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
    },
  };
}
