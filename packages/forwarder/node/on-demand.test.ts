import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import type { EngineEvents, EngineOptions, ForwardingEngine, StartEngine } from "./engine-api.ts";
import { engineOnDemand } from "./on-demand.ts";

const events: EngineEvents = { send: () => {} };
const told: string[] = [];

/** Engines that write down what they are told, started when the test says so. */
function starting() {
  told.length = 0;
  const starts: { options: EngineOptions; succeed: () => void; fail: () => void }[] = [];
  const note =
    (what: string) =>
    (...words: readonly unknown[]): void =>
      void told.push([what, ...words.filter((word) => typeof word === "string")].join(" "));
  const start: StartEngine = (options) =>
    new Promise((resolve, reject) => {
      const engine: ForwardingEngine & { port: number } = {
        engine: "embedded",
        port: options.port,
        open: note("open"),
        admit: note("admit"),
        receive: note("receive"),
        resync: note("resync"),
        evict: note("evict"),
        close: note("close"),
        statistics: async () => ({ rooms: 7, connections: 0, cpuMs: 0, restarts: 0, perRoom: {} }),
        stop: async () => note("stop")(),
      };
      starts.push({ options, succeed: () => resolve(engine), fail: () => reject(new Error("no")) });
    });
  return { starts, start };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("an engine on demand", () => {
  it("[X100] is started with the first room, and is told what came meanwhile in order", async () => {
    const { starts, start } = starting();
    const engine = await engineOnDemand({ port: 0, host: "127.0.0.1" }, events, start);
    expect(engine.port).toBeGreaterThan(0);
    engine.evict("den", "ada");
    expect(starts).toHaveLength(0);
    expect((await engine.statistics()).rooms).toBe(0);
    engine.open("tea");
    engine.admit("tea", "ada", { addresses: [] });
    engine.open("den");
    expect(starts).toHaveLength(1);
    expect(starts[0]?.options.port).toBe(engine.port);
    expect(told).toEqual([]);
    starts[0]?.succeed();
    await settled();
    expect(told).toEqual(["open tea", "admit tea ada", "open den"]);
    engine.receive("tea", "ada", new Uint8Array(1));
    expect(told.at(-1)).toBe("receive tea ada");
    expect((await engine.statistics()).rooms).toBe(7);
    await engine.stop();
    expect(told.at(-1)).toBe("stop");
  });

  it("[X100] is tried again with the next room when it could not be started", async () => {
    const { starts, start } = starting();
    const said: string[] = [];
    const log = (_: string, message: string) => void said.push(message);
    const engine = await engineOnDemand({ port: 0, host: "127.0.0.1", log }, events, start);
    engine.open("tea");
    starts[0]?.fail();
    await settled();
    expect(said).toEqual(["the forwarder could not be started"]);
    engine.open("den");
    expect(starts).toHaveLength(2);
    starts[1]?.succeed();
    await settled();
    expect(told).toEqual(["open den"]);
    await engine.stop();
  });

  it("[X100] that is stopped while it starts is stopped all the same", async () => {
    const { starts, start } = starting();
    const engine = await engineOnDemand({ port: 0, host: "127.0.0.1" }, events, start);
    engine.open("tea");
    const stopped = engine.stop();
    starts[0]?.succeed();
    await stopped;
    expect(told).toEqual(["stop"]);
    engine.open("tea");
    expect(starts).toHaveLength(1);
  });

  it("[X101] a port that is taken is told at once", async () => {
    const taken = createSocket("udp4");
    await new Promise<void>((resolve) => taken.bind(0, "127.0.0.1", resolve));
    const port = taken.address().port;
    const refused = engineOnDemand({ port, host: "127.0.0.1" }, events, starting().start);
    await expect(refused).rejects.toMatchObject({ code: "EADDRINUSE" });
    taken.close();
  });
});
