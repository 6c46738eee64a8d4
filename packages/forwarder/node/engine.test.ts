import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { foldLines } from "@parlour/protocol";
import { isPossible } from "@parlour/turn/datagrams";
import { afterEach, describe, expect, it } from "vitest";
import { type MoreEngineOptions, type RunningEngine, startEngine } from "./engine.ts";
import { FakePage, Hearing, nobody, peerNamed, recorded } from "./page.fixture.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function start(options: Partial<MoreEngineOptions> = {}) {
  const hearing = new Hearing();
  const faults: unknown[] = [];
  const engine = await startEngine(
    {
      port: 0,
      host: "127.0.0.1",
      workers: 1,
      log: (_level, _message, details) => faults.push(details),
      ...options,
    },
    hearing.events,
  );
  undo.push(() => engine.stop());
  const page = (name: string, room = "room"): FakePage => {
    const made = new FakePage(engine, hearing, room, name);
    undo.push(() => made.close());
    return made;
  };
  return { engine, hearing, faults, page };
}

/** Sound goes from one to the other: packets are said again until one arrives, as sound is. */
async function talks(from: FakePage, to: FakePage, word: string): Promise<void> {
  const speaking = setInterval(() => from.speak(word), 20);
  undo.push(() => clearInterval(speaking));
  await to.hears(word);
  clearInterval(speaking);
}

const crash = (engine: RunningEngine, thread = 0): void => engine.workers[thread]?.end("a test");

describe.each([
  ["many packets at once", { fastPath: "auto" }],
  ["Node's sockets", { fastPath: "off" }],
] as const)("an engine by %s", (_name, options) => {
  it("[X46] carries sound between two pages, and goes on when one comes by another address", async () => {
    const { engine, page, faults } = await start(options);
    expect(engine.udp.kind).toBe(options.fastPath === "auto" && isPossible() ? "fast" : "plain");
    const [a, b] = [page("a"), page("b")];
    await Promise.all([a.connect(), b.connect()]);
    await talks(a, b, "first");
    await talks(b, a, "back");
    await b.move();
    await talks(a, b, "second");
    await a.move();
    await talks(a, b, "third");
    const statistics = await engine.statistics();
    expect(statistics).toMatchObject({ rooms: 1, connections: 2, restarts: 0 });
    expect(statistics.perRoom["room"]?.packetsOut).toBeGreaterThan(3);
    expect(faults.filter((one) => one !== undefined)).toEqual([]);
  });

  it("[X47] ends a page's media with its seat, and closes what is closed", async () => {
    const { engine, page, hearing } = await start(options);
    const [a, b] = [page("a"), page("b")];
    await Promise.all([a.connect(), b.connect()]);
    await talks(a, b, "first");
    engine.evict("room", b.peer);
    engine.evict("room", b.peer);
    const before = b.received.length;
    await expect.poll(async () => (await engine.statistics()).connections, { timeout: 15_000 }).toBe(1);
    for (let i = 0; i < 20; i++) a.speak("unheard");
    await expect
      .poll(async () => (await engine.statistics()).perRoom["room"]?.packetsIn, { timeout: 15_000 })
      .toBeGreaterThan(20);
    expect(b.received.slice(before).some((packet) => Buffer.from(packet).includes("unheard"))).toBe(false);
    b.say({ type: "offer", connection: 9, n: 99, sdp: "x", sends: {} });
    engine.close("room");
    engine.close("room");
    await expect.poll(async () => (await engine.statistics()).rooms, { timeout: 15_000 }).toBe(0);
    expect(hearing.all.some(({ message }) => "n" in message && message.n === 99)).toBe(false);
  });

  it("[X48] a thread that ends is replaced, and pages are told to connect again", {
    timeout: 30_000,
  }, async () => {
    const { engine, page, hearing } = await start(options);
    const [a, b] = [page("a"), page("b")];
    await Promise.all([a.connect(), b.connect()]);
    await talks(a, b, "before");
    const told = [a, b].map(({ peer }) => hearing.hear(peer, "failed"));
    crash(engine);
    for (const message of await Promise.all(told))
      expect(message).toMatchObject({ code: "restarted", again: true });
    expect(hearing.restarts).toEqual([["room"]]);
    await Promise.all([a.connect(2), b.connect(2)]);
    await talks(a, b, "after");
    expect((await engine.statistics()).restarts).toBe(1);
  });
});

it("[X48] a thread that ends while addresses are looked at comes back with all of them", {
  timeout: 30_000,
}, async () => {
  const hearing = new Hearing();
  const engine = await startEngine({ port: 0, workers: 1 }, hearing.events);
  undo.push(() => engine.stop());
  const [a, b] = ["a", "b"].map((name) => new FakePage(engine, hearing, "room", name)) as [
    FakePage,
    FakePage,
  ];
  undo.push(() => {
    a.close();
    b.close();
  });
  for (let connection = 1; connection <= 3; connection++) {
    await Promise.all([a.connect(connection), b.connect(connection)]);
    await talks(a, b, `word ${connection}`);
    if (connection === 3) break;
    const told = hearing.hearNext(b.peer, "failed");
    crash(engine);
    await told;
  }
});

it("[X106] everyone who was let in hears that the engine began anew, whatever they had said", async () => {
  const { engine, page, hearing } = await start();
  const [a, b] = [page("a"), page("b")];
  await a.connect();
  // What the thread that ended may have heard nothing of, or half.
  b.say({ type: "sources", n: 1, sources: { camera: { audio: "on", video: "none" } } });
  const told = [a, b].map(({ peer }) => hearing.hear(peer, "failed"));
  crash(engine);
  for (const message of await Promise.all(told)) {
    expect(message).toMatchObject({ code: "restarted", again: true });
    expect(message.connection).toBeUndefined();
  }
  await Promise.all([a.connect(2), b.connect(1)]);
  await talks(b, a, "heard");
});

it("[X105] a thread that hangs is replaced, and media flows again", { timeout: 60_000 }, async () => {
  const { engine, page, hearing } = await start({
    rooms: new URL("./hanging-room.fixture.ts", import.meta.url).href,
  });
  const [a, b] = [page("a"), page("b")];
  await Promise.all([a.connect(), b.connect()]);
  await talks(a, b, "before");
  const told = hearing.hear(b.peer, "failed");
  const hanging = setInterval(() => a.speak("hang"), 20);
  undo.push(() => clearInterval(hanging));
  expect(await told).toMatchObject({ code: "restarted" });
  clearInterval(hanging);
  await Promise.all([a.connect(2), b.connect(2)]);
  await talks(a, b, "after");
  expect((await engine.statistics()).restarts).toBe(1);
});

describe("what pages say", () => {
  it("[X110] a page that asks hears what is known of it, and not more often than twice a second", async () => {
    const { page, hearing } = await start();
    const [a, b] = [page("a"), page("b")];
    await Promise.all([a.connect(), b.connect()]);
    await talks(b, a, "heard");
    for (const n of [1, 2, 3]) a.say({ type: "inspect", n });
    const inspected = await hearing.hear(a.peer, "inspected");
    expect(inspected).toMatchObject({ n: 1, resent: 0, places: {} });
    expect(inspected.downlinkBits).toBeGreaterThan(0);
    // Asked again and again, it answers once the time has passed; the second and third were never answered.
    const asking = setInterval(() => a.say({ type: "inspect", n: 4 }), 50);
    undo.push(() => clearInterval(asking));
    await hearing.hear(a.peer, "inspected", ({ n }) => n === 4);
    const answered = hearing.all.flatMap(({ message }) => (message.type === "inspected" ? [message.n] : []));
    expect(answered).toEqual([1, 4]);
  });

  it("[X49] is answered again when it comes again, and not when it is older", async () => {
    const { page, hearing, engine } = await start();
    const a = page("a");
    await a.connect();
    const answers = () => hearing.all.filter(({ message }) => message.type === "answer").length;
    const offer = { type: "offer", connection: 0, n: 50, sdp: "v=0", sends: {} } as const;
    a.say(offer);
    a.say({ ...offer, connection: 1 });
    const failed = await hearing.hear(a.peer, "failed", ({ n }) => n === 50);
    expect(failed).toMatchObject({ connection: 1, code: "bad-offer", again: false });
    expect(answers()).toBe(1);
    // A reload: the page's numbers begin anew.
    engine.resync("room", a.peer);
    a.say(offer);
    expect(await hearing.hear(a.peer, "failed", ({ connection }) => connection === 0)).toBeDefined();
  });

  it("[X220][X221] is read when it is folded; one that unfolds to too much is refused with a code, and hurts nobody", async () => {
    const { hearing, page, faults } = await start();
    const a = page("a");
    const sdp = recorded.replaceAll(/\r?\n/g, "\r\n");
    const long = foldLines(`${sdp}${`a=x-${"a".repeat(4_000)}\r\n`.repeat(100)}`);
    const offer = { type: "offer", connection: 1, n: 1, sends: {} } as const;
    a.say({ ...offer, sdp: long });
    await hearing.hear(a.peer, "answer", ({ n }) => n === 1);
    const { lines } = foldLines(sdp);
    // Each takes a few kilobytes, and says some eight megabytes.
    const bomb = { lines: [...lines, "a".repeat(4_000)], runs: Array(2_000).fill([lines.length, 1]).flat() };
    for (let n = 2; n < 14; n++) a.say({ ...offer, n, sdp: bomb });
    const said = await hearing.hear(a.peer, "failed", ({ n }) => n === 13);
    expect(said).toMatchObject({ connection: 1, code: "too-large", again: false });
    // By then it has none left to be read, and anybody else has.
    a.say({ ...offer, n: 14, sdp: long });
    await hearing.hear(a.peer, "failed", ({ n }) => n === 14);
    a.say({ ...offer, n: 15, sdp });
    await hearing.hear(a.peer, "answer", ({ n }) => n === 15);
    const b = page("b");
    b.say({ ...offer, sdp: long });
    await hearing.hear(b.peer, "answer");
    expect(faults).toEqual([]);
  });

  it("[X49] is dropped when it is nonsense, too large, or from who was not let in", async () => {
    const { engine, hearing, page, faults } = await start();
    const a = page("a");
    const say = (text: string, from = a.peer) => engine.receive("room", from, Buffer.from(text));
    for (const text of [
      "",
      "{",
      "null",
      '{"type":"offer"}',
      `{"type":"bye","connection":"x"}`,
      "x".repeat(70_000),
    ])
      say(text);
    say('{"type":"bye","connection":1}', peerNamed("stranger"));
    engine.receive("no room", a.peer, Buffer.from("{}"));
    engine.admit("no room", a.peer, nobody);
    await a.connect();
    expect(hearing.all.filter(({ message }) => message.type === "failed")).toEqual([]);
    expect(faults).toEqual([]);
  });
});

it("[X46] says what is wrong with the port", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  undo.push(() => socket.close());
  await expect(start({ port: socket.address().port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

it.runIf(isPossible())(
  "[X201] threads that ended leave no file behind, nor do those that stop",
  {
    timeout: 60_000,
  },
  async () => {
    const files = (): number => readdirSync("/proc/self/fd").length;
    const run = async (crashes: number): Promise<void> => {
      const hearing = new Hearing();
      const engine = await startEngine({ port: 0, host: "127.0.0.1", workers: 2 }, hearing.events);
      const a = new FakePage(engine, hearing, "room", "a");
      for (let i = 0; i <= crashes; i++) {
        const told = i < crashes ? hearing.hearNext(a.peer, "failed") : undefined;
        await a.connect(i + 1);
        // Of the thread that has the room.
        while (told !== undefined && hearing.restarts.every((rooms) => rooms.length === 0)) {
          const { length } = hearing.restarts;
          crash(engine);
          await expect.poll(() => hearing.restarts.length, { timeout: 15_000 }).toBe(length + 1);
        }
        hearing.restarts.length = 0;
        await told;
      }
      a.close();
      await engine.stop();
    };
    // What is opened once, and stays.
    await run(0);
    const before = files();
    await run(3);
    await expect.poll(files, { timeout: 15_000 }).toBe(before);
  },
);

describe.runIf(isPossible())("two threads at one port", () => {
  it("[X51] rooms are spread over them, and each packet finds its room whichever of them the kernel gave it to", async () => {
    const { engine, page } = await start({ workers: 2 });
    // The kernel chooses by the address: among so many, both threads get some that are not theirs.
    const pages = Array.from({ length: 8 }, (_, i) => page(`page${i}`, `room${i >> 1}`));
    await Promise.all(pages.map((one) => one.connect()));
    for (let i = 0; i < pages.length; i += 2)
      await talks(pages[i] as FakePage, pages[i + 1] as FakePage, `word ${i}`);
    expect(await engine.statistics()).toMatchObject({ rooms: 4, connections: 8 });
    expect(engine.workers).toHaveLength(2);
  });

  it("[X200] when one of them ends, the other's pages are heard by the same way as before", {
    timeout: 30_000,
  }, async () => {
    const { engine, page, hearing } = await start({ workers: 2 });
    // The kernel spreads senders anew when a socket goes, and again when one comes: some of these then come by the new thread.
    const pages = Array.from({ length: 16 }, (_, i) => page(`page${i}`, `room${i >> 1}`));
    await Promise.all(pages.map((one) => one.connect()));
    crash(engine);
    await expect.poll(() => hearing.restarts.length, { timeout: 15_000 }).toBe(1);
    const isLost = (index: number): boolean => hearing.restarts[0]?.includes(`room${index >> 1}`) === true;
    // Who began anew is answered by the new thread: its socket is there by then.
    await Promise.all(pages.filter((_, index) => isLost(index)).map((one) => one.connect(2)));
    for (const [index, to] of pages.entries())
      await talks(pages[index ^ 1] as FakePage, to, `to ${index}, ${isLost(index)}`);
    expect(pages.filter((_, index) => isLost(index))).toHaveLength(8);
    expect((await engine.statistics()).restarts).toBe(1);
  });

  it("[X51] when one of them ends, the other's rooms go on", { timeout: 30_000 }, async () => {
    const { engine, page, hearing } = await start({ workers: 2 });
    const [a, b] = [page("a", "one"), page("b", "one")];
    const [c, d] = [page("c", "two"), page("d", "two")];
    const pages = [a, b, c, d];
    await Promise.all(pages.map((one) => one.connect()));
    crash(engine, 0);
    await expect.poll(() => hearing.restarts.length, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => engine.workers.length, { timeout: 15_000 }).toBe(2);
    const [lost, kept] =
      hearing.restarts[0]?.[0] === "one"
        ? [
            [a, b],
            [c, d],
          ]
        : [
            [c, d],
            [a, b],
          ];
    await Promise.all(kept.map((one) => one.move()));
    await talks(kept[0] as FakePage, kept[1] as FakePage, "kept");
    await Promise.all(lost.map((one) => one.connect(2)));
    await talks(lost[0] as FakePage, lost[1] as FakePage, "again");
  });
});
