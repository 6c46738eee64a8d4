import { afterEach, describe, expect, it } from "vitest";
import { makeCertificate } from "../dtls/certificate.ts";
import type { Report, ThreadSetup } from "./messages.ts";
import { Pool } from "./pool.ts";
import { lookMs } from "./pulse.ts";
import type { Answer, MediaThread, Question, ThreadEvents } from "./worker.ts";

const certificate = makeCertificate(Date.now());
const pools: Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});

/** Threads that do what they are told at once, and the order in which things happen. */
function stage(count = 1) {
  const said: string[] = [];
  const loading: (() => void)[] = [];
  const knowing: (() => void)[] = [];
  const state = { isSlow: false, isSlowToKnow: false, endsBy: undefined as string | undefined, loads: 0 };
  const setups: ThreadSetup[] = [];
  const threads: MediaThread[] = [];
  const startThread = async (setup: ThreadSetup): Promise<MediaThread> => {
    const name = state.loads++;
    setups.push(setup);
    said.push(`load ${name}`);
    if (state.isSlow) await new Promise<void>((resolve) => loading.push(resolve));
    let events: ThreadEvents | undefined;
    let hasEnded = false;
    const thread: MediaThread = {
      wakeUp: undefined,
      files: new Map(),
      memory: [1000 + name],
      get hasEnded() {
        return hasEnded;
      },
      cpuMs: undefined,
      begin(number, given, left) {
        said.push(`${name} is ${number}${left.map((address) => `, frees ${address}`).join("")}`);
        events = given;
      },
      order: () => {},
      wake: () => {},
      async ask(question: Question): Promise<Answer> {
        if (question.kind === "wake-ups") {
          if (state.isSlowToKnow) await new Promise<void>((resolve) => knowing.push(resolve));
          return { kind: "done", id: 0 };
        }
        said.push(`${name} ${question.kind}`);
        if (state.endsBy === `${name} ${question.kind}`) {
          thread.end("as well");
          throw new Error("It has ended.");
        }
        return question.kind === "listen"
          ? { kind: "listening", id: 0, port: 4_000, file: undefined }
          : { kind: "done", id: 0 };
      },
      end(why) {
        hasEnded = true;
        said.push(`${name} ends`);
        queueMicrotask(() => events?.ended(why));
      },
      async stop() {
        hasEnded = true;
      },
      forget: () => void said.push(`forget ${name}`),
    };
    threads.push(thread);
    return thread;
  };
  const start = async (): Promise<Pool> => {
    const pool = await Pool.start({
      count,
      udp: "plain",
      certificate,
      rooms: "",
      onReport: (_thread, report: Report) => said.push(report.kind),
      onLost: (thread, why) => said.push(`lost ${thread}: ${why}`),
      onBack: (thread) => said.push(`back ${thread}`),
      startThread,
    });
    pools.push(pool);
    await pool.listen("127.0.0.1", 0);
    return pool;
  };
  const since = (): string[] => said.splice(0);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { start, since, settled, state, loading, knowing, setups, threads };
}

describe("the threads of a port", () => {
  it("[X107] one that is loaded already takes the place of one that ended, and only then the next is loaded", async () => {
    const { start, since, settled } = stage();
    const pool = await start();
    expect(since()).toEqual(["load 0", "0 is 0", "load 1", "0 listen"]);
    pool.thread(0)?.end("a crash");
    await settled();
    const first = ["0 ends", "lost 0: a crash", "1 is 0, frees 1000", "1 listen", "back 0", "load 2"];
    expect(since()).toEqual([...first, "forget 0"]);
    pool.thread(0)?.end("another");
    await settled();
    const second = ["1 ends", "lost 0: another", "2 is 0, frees 1001", "2 listen", "back 0", "load 3"];
    expect(since()).toEqual([...second, "forget 1"]);
  });

  it("[X107] pages are told of the loss before anything is waited for", async () => {
    const { start, since, settled, state, loading } = stage(2);
    state.isSlow = true;
    const starting = start();
    await settled();
    for (const load of loading.splice(0)) load();
    const pool = await starting;
    since();
    // What is to take the place is still being loaded.
    pool.thread(1)?.end("too soon");
    await settled();
    expect(since()).toEqual(["1 ends", "lost 1: too soon"]);
    expect(pool.thread(1)).toBeUndefined();
    for (const load of loading.splice(0)) load();
    await settled();
    expect(since()).toEqual(["2 is 1, frees 1001", "2 listen", "back 1", "load 3", "forget 1"]);
    for (const load of loading.splice(0)) load();
  });

  it("[X107] one that ended while it waited is not used", async () => {
    const { start, since, settled, threads } = stage();
    const pool = await start();
    since();
    threads[1]?.end("while it waited");
    pool.thread(0)?.end("a crash");
    await settled();
    expect(since()).toEqual([
      "1 ends",
      "0 ends",
      "lost 0: a crash",
      "load 2",
      "2 is 0, frees 1000, frees 1001",
      "2 listen",
      "back 0",
      "load 3",
      "forget 0",
      "forget 1",
    ]);
  });

  it("[X107] one that ends as soon as it took a place is replaced as well, and is not said to be back", async () => {
    const { start, since, settled, state } = stage();
    const pool = await start();
    since();
    state.endsBy = "1 listen";
    pool.thread(0)?.end("a crash");
    await settled();
    const backs = since().filter((one) => !/^(load|forget)/.test(one));
    expect(backs).toEqual([
      "0 ends",
      "lost 0: a crash",
      "1 is 0, frees 1000",
      "1 listen",
      "1 ends",
      "lost 0: as well",
      "fault",
      "2 is 0, frees 1001",
      "2 listen",
      "back 0",
    ]);
  });

  it("[X201] the file that a thread was woken by is closed when all others know that it is gone", async () => {
    const { start, since, settled, state, knowing } = stage(2);
    const pool = await start();
    since();
    state.isSlowToKnow = true;
    pool.thread(0)?.end("a crash");
    await settled();
    const said = ["0 ends", "lost 0: a crash", "2 is 0, frees 1000", "2 listen", "back 0", "load 3"];
    expect(since()).toEqual(said);
    knowing.shift()?.();
    await settled();
    expect(since()).toEqual([]);
    knowing.shift()?.();
    await settled();
    expect(since()).toEqual(["forget 0"]);
  });

  it("[X105] one that hangs is ended and replaced; one that goes on is not", async () => {
    const { start, since, settled, setups } = stage(2);
    const pool = await start();
    since();
    const beats = new Int32Array(setups[0]?.pulse ?? new SharedArrayBuffer(0));
    expect(beats).toHaveLength(2);
    let now = performance.now();
    const look = async (): Promise<void> => {
      now += lookMs;
      Atomics.add(beats, 1, 1);
      pool.look(now);
      await settled();
    };
    // Nobody knows what it uses of the processor: so it may be that it gets no turn.
    for (let i = 0; i < 40; i++) await look();
    expect(since()).toEqual([]);
    await look();
    const said = ["0 ends", "lost 0: it hung", "2 is 0, frees 1000", "2 listen", "back 0", "load 3"];
    expect(since()).toEqual([...said, "forget 0"]);
  });
});
