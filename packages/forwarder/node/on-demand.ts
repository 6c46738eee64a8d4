import { createSocket } from "node:dgram";
import type {
  EngineEvents,
  EngineOptions,
  EngineStatistics,
  ForwardingEngine,
  StartEngine,
} from "./engine-api.ts";

/** An engine that nobody needed yet. */
interface Idle {
  readonly phase: "idle";
}
/** Being started; what it is told meanwhile waits, in order. */
interface Starting {
  readonly phase: "starting";
  readonly waiting: ((engine: ForwardingEngine) => void)[];
  readonly started: Promise<void>;
}
interface Running {
  readonly phase: "running";
  readonly engine: ForwardingEngine;
}
type State = Idle | Starting | Running | { readonly phase: "stopped" };

const nothing: EngineStatistics = { rooms: 0, connections: 0, cpuMs: 0, restarts: 0, perRoom: {} };

/** Most that waits for an engine to start; a room has a few calls for each of its people. */
const waitingMost = 10_000;

/**
 * An engine that is loaded and started when the first room needs it: most servers carry small rooms for most of their time, and should
 * start at once and stay small. That its port can be had is seen now, by opening it for a moment.
 *
 * @param start loads and starts the engine; called again with the next room when it failed
 * @throws with Node's `code` (EADDRINUSE, …) when the port can't be had
 */
export async function engineOnDemand(
  options: EngineOptions,
  events: EngineEvents,
  start: StartEngine,
): Promise<ForwardingEngine & { readonly port: number }> {
  const port = await tried(options);
  let state: State = { phase: "idle" };

  const begin = (): Starting => {
    const waiting: Starting["waiting"] = [];
    const started = start({ ...options, port }, events).then(
      async (engine) => {
        if (state.phase === "stopped") return engine.stop();
        state = { phase: "running", engine };
        for (const tell of waiting) tell(engine);
      },
      (error: unknown) => {
        options.log?.("error", "the forwarder could not be started", { err: error });
        if (state.phase === "starting") state = { phase: "idle" };
      },
    );
    return { phase: "starting", waiting, started };
  };
  /** Whoever has not opened a room has nothing to say to an engine that is not there. */
  const tell = (what: (engine: ForwardingEngine) => void): void => {
    if (state.phase === "running") what(state.engine);
    else if (state.phase === "starting" && state.waiting.length < waitingMost) state.waiting.push(what);
  };

  return {
    engine: "embedded",
    port,
    open(room) {
      if (state.phase === "idle") state = begin();
      tell((engine) => engine.open(room));
    },
    admit: (room, peer, reach) => tell((engine) => engine.admit(room, peer, reach)),
    receive: (room, peer, payload) => tell((engine) => engine.receive(room, peer, payload)),
    resync: (room, peer) => tell((engine) => engine.resync(room, peer)),
    evict: (room, peer) => tell((engine) => engine.evict(room, peer)),
    close: (room) => tell((engine) => engine.close(room)),
    statistics: async () => (state.phase === "running" ? state.engine.statistics() : nothing),
    async stop() {
      const before = state;
      state = { phase: "stopped" };
      if (before.phase === "starting") await before.started;
      if (before.phase === "running") await before.engine.stop();
    },
  };
}

/** Opens the port and closes it again; the port that it was. */
async function tried({ port, host }: EngineOptions): Promise<number> {
  const isFour = host !== undefined && !host.includes(":");
  const socket = createSocket({ type: isFour ? "udp4" : "udp6" });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ port, exclusive: true, ...(host === undefined ? {} : { address: host }) }, resolve);
    });
    return socket.address().port;
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}
