import { readFileSync } from "node:fs";
import type { FromForwarder, PeerId } from "@parlour/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { startEngine } from "./engine.ts";
import type { ForwardingEngine } from "./engine-api.ts";
import { fakeEngine } from "./fake-engine.fixture.ts";
import { FakePage, Hearing, nobody, peerNamed } from "./page.fixture.ts";

/* What the server's rooms rely on of an engine, whichever it is: the embedded one, and the fake that other tests have in its place. */

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

interface Case {
  readonly engine: ForwardingEngine;
  readonly hearing: Hearing;
  /** That page is in the room, has media, and publishes sound. */
  joins(room: string, name: string): Promise<void>;
  crash(): void;
}

async function embedded(): Promise<Case> {
  const hearing = new Hearing();
  const engine = await startEngine({ port: 0, host: "127.0.0.1", workers: 1 }, hearing.events);
  undo.push(() => engine.stop());
  return {
    engine,
    hearing,
    async joins(room, name) {
      const page = new FakePage(engine, hearing, room, name);
      undo.push(() => page.close());
      await page.connect();
    },
    crash: () => engine.workers[0]?.end("a test"),
  };
}
async function fake(): Promise<Case> {
  const hearing = new Hearing();
  const engine = fakeEngine(hearing.events);
  return {
    engine,
    hearing,
    async joins(room, name) {
      engine.open(room);
      engine.admit(room, peerNamed(name), nobody);
      ask(engine, room, name);
      const sources = { camera: { audio: "on", video: "none" } };
      engine.receive(room, peerNamed(name), Buffer.from(JSON.stringify({ type: "sources", n: 1, sources })));
    },
    crash: () => engine.crash(),
  };
}

const sdp = readFileSync(new URL("../core/sdp/recorded/chromium-156.sdp", import.meta.url), "utf8");
let asked = 1_000;
/** Says something that an engine answers who listens; gives the number to know the answer by. */
function ask(engine: ForwardingEngine, room: string, name: string): number {
  const n = ++asked;
  const sends = { 0: { source: "camera", kind: "audio" } };
  const offer = { type: "offer", connection: n, n, sdp, sends };
  engine.receive(room, peerNamed(name), Buffer.from(JSON.stringify(offer)));
  return n;
}
const answered = (hearing: Hearing, name: string, n: number) =>
  hearing.hear(peerNamed(name), "answer", (message) => message.n === n);
const wasAnswered = ({ all }: Hearing, n: number): boolean =>
  all.some(({ message }) => message.type === "answer" && message.n === n);

describe.each([
  ["embedded", embedded],
  ["fake", fake],
] as const)("an engine: %s", (_name, open) => {
  it("[X181] answers who was let in, and nobody else", async () => {
    const { engine, hearing } = await open();
    const early = [ask(engine, "tea", "ada")];
    engine.open("tea");
    early.push(ask(engine, "tea", "ada"));
    engine.admit("den", peerNamed("ada"), nobody);
    engine.admit("tea", peerNamed("ada"), nobody);
    early.push(ask(engine, "den", "ada"), ask(engine, "tea", "bob"));
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
    expect(early.filter((n) => wasAnswered(hearing, n))).toEqual([]);
    expect(new Set(hearing.all.map(({ peer }) => peer))).toEqual(new Set([peerNamed("ada")]));
  });

  it("[X181] whatever is said twice, too early or of what is not there changes nothing", async () => {
    const { engine, hearing } = await open();
    const [ada, bob] = [peerNamed("ada"), peerNamed("bob")];
    for (const room of ["tea", "nowhere"]) {
      engine.close(room);
      engine.evict(room, ada);
      engine.resync(room, ada);
      if (room === "tea") engine.open(room);
      engine.open("tea");
      for (let turn = 0; turn < 2; turn++) engine.admit(room, ada, nobody);
      for (let turn = 0; turn < 2; turn++) engine.resync(room, ada);
      for (let turn = 0; turn < 2; turn++) engine.evict(room, bob);
      engine.close("nowhere");
    }
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
    expect(await engine.statistics()).toMatchObject({ rooms: 1, restarts: 0 });
  });

  it("[X181] hears nothing of who was put out, until they are let in again", async () => {
    const { engine, hearing } = await open();
    engine.open("tea");
    for (const name of ["ada", "bob"]) engine.admit("tea", peerNamed(name), nobody);
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
    engine.evict("tea", peerNamed("ada"));
    const gone = ask(engine, "tea", "ada");
    await answered(hearing, "bob", ask(engine, "tea", "bob"));
    expect(wasAnswered(hearing, gone)).toBe(false);
    engine.admit("tea", peerNamed("ada"), nobody);
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
  });

  it("[X181] a room that was closed and is opened again has nobody in it", async () => {
    const { engine, hearing } = await open();
    for (const room of ["tea", "den"]) {
      engine.open(room);
      engine.admit(room, peerNamed("ada"), nobody);
    }
    engine.close("tea");
    engine.open("tea");
    const gone = ask(engine, "tea", "ada");
    await answered(hearing, "ada", ask(engine, "den", "ada"));
    expect(wasAnswered(hearing, gone)).toBe(false);
    expect((await engine.statistics()).rooms).toBe(2);
  });

  it("[X181] nonsense hurts nobody but its sender", async () => {
    const { engine, hearing, joins } = await open();
    await joins("tea", "ada");
    engine.admit("tea", peerNamed("eve"), nobody);
    for (const text of ["", "{", "null", '"offer"', '{"type":"offer"}', '{"type":"bye","connection":"x"}'])
      engine.receive("tea", peerNamed("eve"), Buffer.from(text));
    engine.receive(
      "tea",
      peerNamed("eve"),
      Uint8Array.from({ length: 70_000 }, (_, at) => at),
    );
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
    expect(hearing.restarts).toEqual([]);
  });

  it("[X181] says everything anew after resync, to that page alone, and in its own room", async () => {
    const { engine, hearing, joins } = await open();
    for (const name of ["ada", "bob"]) await joins("tea", name);
    await joins("den", "cy");
    const tells = (peer: PeerId, of: string) =>
      hearing.hear(peer, "tracks", ({ tracks }) => tracks.some(({ peer: other }) => other === peerNamed(of)));
    await tells(peerNamed("ada"), "bob");
    await tells(peerNamed("bob"), "ada");
    await hearing.hear(peerNamed("cy"), "tracks");
    const before = hearing.all.length;
    engine.resync("tea", peerNamed("ada"));
    const after = () => hearing.all.slice(before).filter(({ message }) => message.type === "tracks");
    await expect.poll(() => after().length, { timeout: 15_000 }).toBeGreaterThan(0);
    expect(after().map(({ peer }) => peer)).toEqual([peerNamed("ada")]);
    const [said] = after().map(({ message }) => message as Extract<FromForwarder, { type: "tracks" }>);
    expect(said?.tracks.map(({ peer }) => peer)).toEqual([peerNamed("bob")]);
  });

  it("[X181] counts rooms and connections, and forgets those that are over", async () => {
    const { engine, joins } = await open();
    for (const name of ["ada", "bob"]) await joins("tea", name);
    await joins("den", "cy");
    const counts = async () => {
      const { rooms, connections, perRoom, cpuMs } = await engine.statistics();
      expect(cpuMs).toBeGreaterThanOrEqual(0);
      return [rooms, connections, ...Object.keys(perRoom).toSorted()];
    };
    await expect.poll(counts, { timeout: 15_000 }).toEqual([2, 3, "den", "tea"]);
    engine.evict("tea", peerNamed("bob"));
    await expect.poll(counts, { timeout: 15_000 }).toEqual([2, 2, "den", "tea"]);
    engine.close("tea");
    await expect.poll(counts, { timeout: 15_000 }).toEqual([1, 1, "den"]);
  });

  it("[X181] tells who was connected to connect again after an end of its own, and knows everyone", {
    timeout: 30_000,
  }, async () => {
    const { engine, hearing, joins, crash } = await open();
    for (const name of ["ada", "bob"]) await joins("tea", name);
    const told = ["ada", "bob"].map((name) => hearing.hear(peerNamed(name), "failed"));
    crash();
    for (const { code, again } of await Promise.all(told)) expect([code, again]).toEqual(["restarted", true]);
    await answered(hearing, "ada", ask(engine, "tea", "ada"));
    expect(hearing.restarts).toEqual([["tea"]]);
    expect((await engine.statistics()).restarts).toBe(1);
  });

  it("[X181] stops once and for all: nothing is said any more, and nothing that is said to it throws", async () => {
    const { engine, hearing, joins } = await open();
    await joins("tea", "ada");
    await engine.stop();
    await engine.stop();
    const before = hearing.all.length;
    engine.open("den");
    engine.admit("tea", peerNamed("bob"), nobody);
    ask(engine, "tea", "ada");
    engine.resync("tea", peerNamed("ada"));
    engine.evict("tea", peerNamed("ada"));
    engine.close("tea");
    await engine.statistics();
    expect(hearing.all.length).toBe(before);
  });
});
