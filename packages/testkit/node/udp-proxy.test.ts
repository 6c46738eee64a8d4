import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { seededRandom } from "@parlour/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { createUdpProxy, type UdpProxy, type UdpProxyOptions } from "./udp-proxy.ts";
import { addressOfCandidate } from "./udp-proxy-candidate.ts";
import { clearLine, createShaper, type ShaperConditions } from "./udp-proxy-shaper.ts";

const candidateOf = (socket: Socket): string =>
  `candidate:1 1 udp 2122260223 127.0.0.1 ${socket.address().port} typ host generation 0 ufrag abcd`;

interface Page {
  readonly socket: Socket;
  /** Where the other side is, as this page was told. */
  readonly other: number;
  readonly got: { text: string; from: number }[];
  say(text: string): void;
  /** Resolves when that many have come. */
  hears(count: number): Promise<void>;
}

describe("UDP proxy", () => {
  const closing: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const page = async (): Promise<Socket> => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    closing.push(() => socket.close());
    return socket;
  };
  const talk = (socket: Socket, candidate: string | undefined): Page => {
    const got: Page["got"] = [];
    const other = addressOfCandidate(candidate ?? "")?.port ?? 0;
    const waiting: (() => void)[] = [];
    socket.on("message", (packet, { port }) => {
      got.push({ text: packet.toString(), from: port });
      for (const look of waiting) look();
    });
    return {
      socket,
      other,
      got,
      say: (text) => socket.send(text, other, "127.0.0.1"),
      hears: (count) =>
        new Promise((resolve) => {
          const look = (): void => (got.length >= count ? resolve() : undefined);
          waiting.push(look);
          look();
        }),
    };
  };
  const setUp = async (
    options: Partial<UdpProxyOptions> = {},
  ): Promise<{ proxy: UdpProxy; a: Page; b: Page }> => {
    const proxy = await createUdpProxy({ seed: 1, ...options });
    closing.push(() => proxy.close());
    const [a, b] = [await page(), await page()];
    const [ofA, ofB] = [proxy.candidate(candidateOf(a), "a"), proxy.candidate(candidateOf(b), "b")];
    return { proxy, a: talk(a, ofB), b: talk(b, ofA) };
  };

  it("passes both ways, and each side hears the other from the address it was told", async () => {
    const { a, b, proxy } = await setUp();
    a.say("hello");
    await b.hears(1);
    b.say("hello back");
    await a.hears(1);
    expect(b.got).toEqual([{ text: "hello", from: b.other }]);
    expect(a.got).toEqual([{ text: "hello back", from: a.other }]);
    expect(proxy.statistics["a-to-b"]).toMatchObject({ passed: 1, passedBytes: 5 });
  });

  it("gives a source that nobody announced a port of its own, and answers reach it", async () => {
    const { proxy, a, b: other } = await setUp();
    // It speaks to the port that stands for a, so it is on b's side.
    const stranger = talk(await page(), `candidate:1 1 udp 1 127.0.0.1 ${other.other} typ host`);
    stranger.say("who is it");
    await a.hears(1);
    const [heard] = a.got;
    a.socket.send("you", heard?.from ?? 0, "127.0.0.1");
    await stranger.hears(1);
    expect(stranger.got).toEqual([{ text: "you", from: other.other }]);
    expect(heard?.from).not.toBe(a.other);
    expect(proxy.statistics["b-to-a"].passed).toBe(1);
  });

  it("the same candidate has the same port; what would bypass the proxy is left out", async () => {
    const { proxy, a } = await setUp();
    const candidate = candidateOf(a.socket);
    const given = proxy.candidate(candidate);
    expect(proxy.candidate(candidate)).toBe(given);
    expect(given).toMatch(/^candidate:1 1 udp 2122260223 127\.0\.0\.1 \d+ typ host generation 0 ufrag abcd$/);
    expect(given).not.toBe(candidate);
    const hidden = candidate.replace("127.0.0.1", "0f1e2d3c-aaaa-bbbb-cccc-123456789abc.local");
    expect(proxy.candidate(hidden)).toBe(given);
    expect(proxy.candidate("candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype active")).toBeUndefined();
    expect(proxy.candidate("candidate:1 1 udp 1 fe80::1 5000 typ host")).toBeUndefined();
    expect(proxy.candidate("")).toBeUndefined();
    const sdp = ["v=0", `a=${candidate}`, "a=candidate:2 1 udp 1 ::1 5000 typ host", "a=mid:0", ""].join(
      "\r\n",
    );
    expect(proxy.description(sdp)).toBe(["v=0", `a=${given}`, "a=mid:0", ""].join("\r\n"));
  });

  it("says so when its ports are used up", async () => {
    const { proxy } = await setUp({ ports: 2 });
    expect(() => proxy.candidate("candidate:1 1 udp 1 127.0.0.1 5000 typ host")).toThrow("no ports left");
  });

  it("cuts and mends each direction, what is under way included", async () => {
    const { proxy, a, b } = await setUp();
    proxy.set({ delayMs: 60_000 }, "a-to-b");
    a.say("under way");
    proxy.cut("a-to-b");
    b.say("the other direction goes on");
    await a.hears(1);
    a.say("into the cut");
    while (proxy.statistics["a-to-b"].lost.cut < 2) await new Promise(setImmediate);
    proxy.set({ delayMs: 0 });
    proxy.mend();
    a.say("mended");
    await b.hears(1);
    expect(b.got.map(({ text }) => text)).toEqual(["mended"]);
    expect(proxy.statistics["a-to-b"].lost.cut).toBe(2);
  });

  it("loses by its seed, and changes while it runs", async () => {
    const { proxy, a, b } = await setUp({ conditions: { loss: 1 } });
    for (let i = 0; i < 10; i++) a.say(`lost ${i}`);
    b.say("lost too");
    const lost = (): number => proxy.statistics["a-to-b"].lost.loss + proxy.statistics["b-to-a"].lost.loss;
    while (lost() < 11) await new Promise(setImmediate);
    proxy.set({ loss: 0 });
    a.say("through");
    await b.hears(1);
    expect(b.got.map(({ text }) => text)).toEqual(["through"]);
  });

  it("keeps the order under delay and jitter", async () => {
    const { a, b } = await setUp({ conditions: { delayMs: 5, jitterMs: 20 } });
    for (let i = 0; i < 50; i++) a.say(`${i}`);
    await b.hears(50);
    expect(b.got.map(({ text }) => Number(text))).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe("shaper", () => {
  const shape = (conditions: Partial<ShaperConditions>, seed = 1) =>
    createShaper(seededRandom(seed), { ...clearLine, ...conditions });
  const run = (conditions: Partial<ShaperConditions>, packets: number, everyMs = 1, seed = 1) => {
    const shaper = shape(conditions, seed);
    return Array.from({ length: packets }, (_, i) => shaper.pass(1000, i * everyMs));
  };

  it("a clear line passes everything at once", () => {
    expect(run({}, 3)).toEqual([{ at: 0 }, { at: 1 }, { at: 2 }]);
  });

  it("delays, and jitters within its bounds, in order unless it may reorder", () => {
    const times = (reorders: boolean): number[] =>
      run({ delayMs: 50, jitterMs: 20, reorders }, 500).map((fate) => ("at" in fate ? fate.at : Number.NaN));
    const [ordered, free] = [times(false), times(true)];
    for (const [i, at] of free.entries()) {
      expect(at).toBeGreaterThanOrEqual(i + 50);
      expect(at).toBeLessThan(i + 70);
    }
    expect(ordered).toEqual([...ordered].sort((x, y) => x - y));
    expect(free).not.toEqual([...free].sort((x, y) => x - y));
  });

  it("loses its share at random, the same with the same seed", () => {
    const lost = (seed: number): number[] =>
      run({ loss: 0.1 }, 5000, 1, seed).flatMap((fate, i) => ("lost" in fate ? i : []));
    expect(lost(1).length).toBeGreaterThan(400);
    expect(lost(1).length).toBeLessThan(600);
    expect(lost(1)).toEqual(lost(1));
    expect(lost(1)).not.toEqual(lost(2));
  });

  it("loses in bursts of the length it was told", () => {
    const fates = run({ bursts: { begin: 0.01, end: 0.2 } }, 20_000);
    let bursts = 0;
    let lost = 0;
    for (const [i, fate] of fates.entries()) {
      if (!("lost" in fate)) continue;
      lost++;
      if (!("lost" in (fates[i - 1] ?? {}))) bursts++;
    }
    expect(lost / bursts).toBeGreaterThan(4);
    expect(lost / bursts).toBeLessThan(6);
    expect(lost).toBeGreaterThan(600);
  });

  it("sends no faster than its rate, queues what fits and loses the rest", () => {
    const fates = run({ bytesPerSecond: 100_000, queueBytes: 5000 }, 8, 0);
    expect(fates).toEqual([
      ...[10, 20, 30, 40, 50].map((at) => ({ at })),
      ...Array.from({ length: 3 }, () => ({ lost: "queue" })),
    ]);
    const shaper = shape({ bytesPerSecond: 100_000, queueBytes: 5000 });
    shaper.pass(1000, 0);
    // The line was free again in between.
    expect(shaper.pass(1000, 100)).toEqual({ at: 110 });
  });
});
