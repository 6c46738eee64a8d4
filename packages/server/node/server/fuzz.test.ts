import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Random, seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { gentleFrame, violentFrame } from "../gateway/bad-frames.fixture.ts";
import { badRequest } from "../http/bad-requests.fixture.ts";
import { openHouse, type TestHouse, type TestVisitor } from "./visit.fixture.ts";

const seed = Number(process.env["PARLOUR_SEED"] ?? 1);
const wanted = { gentle: 8_000, violent: 500, requests: 1_500 };
const atOnce = 16;
const plenty = { burst: 1e9, perSecond: 1e6 };

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
function heapMegabytes(): number {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

/** Every attacker comes from a network of its own, so that nobody is stopped by the limits per address alone. */
function strangeAddress(random: Random): string {
  return `2001:db8:${random.int(0, 0xffff).toString(16)}:${random.int(0, 0xffff).toString(16)}::1`;
}

/** One connection that sends nonsense: each piece is refused with a code, or the connection ends. Gives how many pieces it sent. */
async function pester(house: TestHouse, random: Random, isViolent: boolean): Promise<number> {
  const visitor = await house.visit({ headers: { "x-forwarded-for": strangeAddress(random) } });
  if (random.chance(0.4)) await visitor.enter(`bad-${random.int(1, 2_000)}`);
  if (isViolent) {
    const { kind, send } = violentFrame(random);
    send(visitor);
    const { code } = await visitor.closed;
    expect([kind, code]).toEqual([
      kind,
      expect.toSatisfy((code: number) => [1002, 1006, 1007, 1008, 1009, 4003].includes(code)),
    ]);
    return 1;
  }
  const count = random.int(4, 12);
  for (let i = 0; i < count; i++) gentleFrame(random).send(visitor);
  // Eight refusals, then the end.
  for (let i = 0; i < Math.min(count, 8); i++) {
    const refused = await visitor.next("refused");
    expect(refused.code).toMatch(/^(bad-frame|too-large|unexpected|too-long)$/);
    expect(refused.hint).not.toBe("");
  }
  if (count > 8) {
    await visitor.next("closing");
    await visitor.closed;
  } else visitor.socket.close(1000);
  await visitor.closed;
  return count;
}

/** One request of nonsense: it is answered, or the connection is closed. A success would be a bug of this test or of the server. */
async function misask(house: TestHouse, random: Random): Promise<void> {
  const { port } = new URL(house.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  // Half closed, so that what waits for more of a request sees that there is none.
  socket.end(badRequest(random, strangeAddress(random)));
  await new Promise((resolve) => socket.once("close", resolve));
  expect(answer).not.toMatch(/^HTTP\/1\.1 (?:101|201|5(?!03))/);
}

/** Two people who talk and signal without a break; gives what each of them heard. */
async function conversation(house: TestHouse, until: () => boolean) {
  const from = (address: string) => house.visit({ headers: { "x-forwarded-for": address } });
  const [ada, bob] = [await from("198.51.100.1"), await from("198.51.100.2")];
  const a = await ada.enter("tea", { name: "Ada" });
  const b = await bob.enter("tea", { name: "Bob" });
  await ada.next("joined");
  await bob.next("notice", ({ name }) => name === "Bob");
  const turn = async (speaker: TestVisitor, listener: TestVisitor, to: number, from: number, n: number) => {
    speaker.send({ type: "say", id: `message-${from}-${n}`, text: `line ${n}` });
    speaker.signal(to, `signal ${n}`);
    const signal = await listener.nextSignal();
    expect(Buffer.from(signal).readUInt32BE(1)).toBe(from);
    expect(Buffer.from(signal.subarray(5)).toString()).toBe(`signal ${n}`);
    const { seq } = await speaker.next("accepted");
    for (const each of [speaker, listener]) {
      const said = await each.next("said");
      expect([said.seq, said.text]).toEqual([seq, `line ${n}`]);
    }
    return seq;
  };
  let turns = 0;
  let lastSeq = 0;
  while (!until()) {
    for (const [speaker, listener, me, you] of [[ada, bob, a, b] as const, [bob, ada, b, a] as const]) {
      const seq = await turn(speaker, listener, you.you.number, me.you.number, turns);
      if (lastSeq !== 0) expect(seq).toBe(lastSeq + 1);
      lastSeq = seq;
    }
    turns++;
    // The others' turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const strays = [...ada.frames, ...bob.frames].filter(
    ({ type }) => !["notice", "pong", "ping"].includes(type),
  );
  return { turns, strays, signals: [...ada.signals, ...bob.signals] };
}

describe("bad frames and requests", () => {
  it(`[G40] ten thousand of them change nothing for the others (seed ${seed})`, {
    timeout: 180_000,
  }, async () => {
    // The honest talk as fast as they can, so more frames are theirs than in real life; a flood is still too many.
    const house = await openHouse(
      { trustProxy: true },
      { rates: { framesPerConnection: { burst: 400, perSecond: 5_000 }, saysPerConnection: plenty } },
    );
    try {
      const random = seededRandom(seed);
      let isOver = false;
      const talk = conversation(house, () => isOver);
      // Heard of below, where it is awaited.
      talk.catch(() => {});
      let [sent, violence, requests] = [0, 0, 0];
      let before = 0;
      const attacker = async (chance: Random): Promise<void> => {
        while (sent < wanted.gentle || violence < wanted.violent || requests < wanted.requests) {
          if (requests < wanted.requests) {
            requests++;
            await misask(house, chance);
          }
          if (violence < wanted.violent && chance.chance(0.4)) {
            await pester(house, chance, true);
            violence++;
          }
          if (sent < wanted.gentle) {
            // Apart from the addition, which must not remember what others counted before.
            const count = await pester(house, chance, false);
            sent += count;
          }
          if (before === 0 && sent > 2_000) before = heapMegabytes();
        }
      };
      await Promise.all(Array.from({ length: atOnce }, () => attacker(random.fork())));
      isOver = true;
      const { turns, strays, signals } = await talk;
      expect(sent + violence + requests).toBeGreaterThanOrEqual(10_000);
      expect(turns).toBeGreaterThan(100);
      expect(strays).toEqual([]);
      expect(signals).toEqual([]);
      expect(house.parlour.people).toBeLessThanOrEqual(2);
      expect((await house.fetch("/healthz")).status).toBe(200);
      expect(({} as Record<string, unknown>)["isHost"]).toBeUndefined();
      // Visitors of the test itself are remembered by it; what the server keeps must not grow with what was thrown at it.
      expect(heapMegabytes() - before).toBeLessThan(64);
    } finally {
      await house.close();
    }
  });
});
