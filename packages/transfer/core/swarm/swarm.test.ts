import { seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { bits, fullBits } from "../bits.ts";
import { cutOf } from "../pieces.ts";
import type { SwarmEffect, SwarmInput } from "./effects.ts";
import { createSwarm } from "./swarm.ts";
import { world } from "./world.fixture.ts";

const pieceBytes = 8;
const windows = { all: 64, first: 32, least: 16, most: 48 };
/** One page among made-up others, driven by hand. */
function alone(count: number, have: number[] = []) {
  const cut = cutOf(count * pieceBytes, pieceBytes);
  const start = bits(count);
  for (const piece of have) start.add(piece);
  const swarm = createSwarm({ id: "x", cut, have: start, random: () => 0, windows });
  let now = 1_000;
  const all: SwarmEffect[] = [];
  const take = (input: SwarmInput): SwarmEffect[] => {
    const effects = swarm.take(input, now);
    all.push(...effects);
    return effects;
  };
  const join = (peer: string, has: Uint8Array = fullBits(count).bytes): SwarmEffect[] => {
    take({ type: "field", peer, have: has });
    take({ type: "lane", peer, isOpen: true });
    return take({ type: "ready", peer, isAnswerWanted: false });
  };
  const asks = (effects: readonly SwarmEffect[], from?: string): number[] =>
    effects.flatMap((effect) =>
      effect.type === "tell" && effect.message.type === "ask" && (from === undefined || effect.peer === from)
        ? effect.message.pieces
        : [],
    );
  const arrive = (peer: string, piece: number, turn = 0): SwarmEffect[] =>
    take({
      type: "block",
      peer,
      piece,
      turn,
      offset: 0,
      bytes: new Uint8Array(pieceBytes),
      proof: new Uint8Array(96),
    });
  const check = (peer: string, piece: number, isGood: boolean): SwarmEffect[] =>
    take({
      type: "checked",
      peer,
      piece,
      bytes: new Uint8Array(pieceBytes),
      proof: new Uint8Array(96),
      isGood,
    });
  return {
    swarm,
    take,
    join,
    asks,
    arrive,
    check,
    all,
    wait: (ms: number) => {
      now += ms;
      return take({ type: "time" });
    },
  };
}

describe("a swarm", () => {
  it("[F7] room comes back when a piece is written, not when it arrived", () => {
    const page = alone(20);
    page.join("giver");
    expect(page.asks(page.all)).toEqual([0, 1, 2, 3]);
    expect(page.arrive("giver", 0)).toEqual([expect.objectContaining({ type: "check", piece: 0 })]);
    expect(page.check("giver", 0, true)).toEqual([expect.objectContaining({ type: "write", piece: 0 })]);
    const effects = page.take({ type: "written", piece: 0 });
    expect(effects).toContainEqual({ type: "arrived", piece: 0 });
    expect(page.asks(effects).length).toBeGreaterThan(0);
  });

  it("[F7] what is asked of everyone together is bounded", () => {
    const page = alone(100);
    for (const peer of ["a", "b", "c", "d"]) page.join(peer);
    expect(page.asks(page.all)).toHaveLength(8);
    expect(page.asks(page.wait(1_000))).toEqual([]);
  });

  it("[F8] from one page in order; of several the rarest first; what is preferred before everything", () => {
    const inOrder = alone(20, [0, 1, 2, 3]);
    inOrder.join("giver");
    expect(inOrder.asks(inOrder.all)).toEqual([4, 5, 6, 7]);

    const rarest = alone(8, [0, 1, 2, 3]);
    rarest.take({ type: "field", peer: "b", have: new Uint8Array([0b00001101]) });
    rarest.join("giver");
    expect(rarest.asks(rarest.all)).toEqual([4, 5, 6, 7]);
    const among = alone(8, [0, 1, 2, 3]);
    among.take({ type: "field", peer: "b", have: new Uint8Array([0b00001101]) });
    among.take({ type: "lane", peer: "b", isOpen: true });
    among.take({ type: "ready", peer: "b", isAnswerWanted: false });
    expect(among.asks(among.all, "b")).toEqual([4, 5, 7]);
    among.join("giver");
    expect(among.asks(among.all, "giver")[0]).toBe(6);

    const preferred = alone(20, [0, 1, 2, 3]);
    preferred.take({ type: "prefer", pieces: [17, 9] });
    preferred.join("giver");
    expect(preferred.all).toContainEqual({
      type: "tell",
      peer: "giver",
      message: { type: "ask", pieces: [17, 9], soon: true },
    });
    expect(preferred.asks(preferred.all)).toEqual([17, 9, 4, 5]);
  });

  it("[F61] what is wanted for playing and was given to another is had from there, or from the giver all the same after a moment", () => {
    const others = Array.from({ length: 20 }, (_, piece) => piece).filter(
      (piece) => piece !== 9 && piece !== 17,
    );
    const page = alone(20, others);
    page.take({ type: "prefer", pieces: [17, 9] });
    page.join("giver");
    page.take({ type: "deny", peer: "giver", pieces: [17, 9] });
    page.join("other", new Uint8Array(3));
    const had = page.take({ type: "have", peer: "other", pieces: [17] });
    expect(had).toContainEqual({
      type: "tell",
      peer: "other",
      message: { type: "ask", pieces: [17], soon: true },
    });
    expect(page.asks(page.wait(1_000))).not.toContain(9);
    // The other one is late by then, too.
    expect(page.wait(600)).toContainEqual({
      type: "tell",
      peer: "giver",
      message: { type: "ask", pieces: [17, 9], urgent: true },
    });
  });

  it("[F61] three who watch the same film from its beginning cost its giver little more than one", () => {
    const all = world(seededRandom(5), 200);
    all.add("giver", "giver");
    all.cap("giver", 100);
    const takers = ["a", "b", "c"].map((name) => all.add(name, "taker"));
    const isDone = (): boolean => takers.every(({ wholes }) => wholes > 0);
    while (!isDone() && all.clock.now() < 1_000_000) {
      for (const { name, swarm } of takers) {
        let next = 0;
        while (swarm?.have.has(next)) next++;
        all.input(name, { type: "prefer", pieces: Array.from({ length: 16 }, (_, i) => next + i) });
      }
      all.clock.advance(100);
    }
    const size = all.content.length;
    expect(all.sent.get("giver")).toBeLessThan(1.3 * size);
    expect(all.clock.now()).toBeLessThan((1.4 * size * 1000) / 100);
  });

  it("[F9] four takers of a giver with a narrow uplink are done in 1.3 times what one takes", () => {
    const run = (takers: number): { ms: number; sent: number; size: number } => {
      const all = world(seededRandom(takers), 200);
      all.add("giver", "giver");
      all.cap("giver", 100);
      for (let i = 0; i < takers; i++) all.add(`taker ${i}`, "taker");
      const isDone = (): boolean => [...all.pages.values()].every(({ wholes }) => wholes > 0);
      while (!isDone() && all.clock.now() < 1_000_000) all.clock.advance(100);
      return { ms: all.clock.now(), sent: all.sent.get("giver") ?? 0, size: all.content.length };
    };
    const one = run(1);
    const four = run(4);
    expect(one.sent).toBe(one.size);
    expect(four.sent).toBeLessThan(1.3 * four.size);
    expect(four.ms).toBeLessThan(1.3 * one.ms);
  });

  it("[F9] where there is nothing else to give, a piece is given again", () => {
    const all = world(seededRandom(3), 3);
    all.add("giver", "giver");
    all.add("a", "taker");
    all.clock.advance(5_000);
    all.cutLink("a", "b", 0);
    all.add("b", "taker");
    all.cutLink("a", "b", 100_000);
    all.clock.advance(5_000);
    expect(all.pages.get("b")?.wholes).toBe(1);
  });

  it("[F10] a silent page is not waited for: others are asked, then it is asked anew, then put aside", () => {
    const page = alone(4);
    page.join("silent");
    page.join("other");
    const before = page.asks(page.all, "silent");
    expect(before.length).toBeGreaterThan(0);
    for (const piece of page.asks(page.all, "other")) {
      page.arrive("other", piece);
      page.check("other", piece, true);
      page.take({ type: "written", piece });
    }
    const reassigned = page.asks(page.wait(5_001), "other");
    expect(reassigned.sort()).toEqual(before.sort());

    const lonely = alone(4);
    lonely.join("silent");
    for (let i = 0; i < 3; i++) {
      expect(lonely.all.some(({ type }) => type === "put-aside")).toBe(false);
      lonely.wait(20_001);
    }
    expect(lonely.all).toContainEqual({ type: "put-aside", peer: "silent" });
  });

  it("[F11] a page that sent two wrong pieces is put aside; its pieces come from others", () => {
    const page = alone(8);
    page.join("liar");
    for (const piece of [0, 1]) {
      page.arrive("liar", piece);
      page.check("liar", piece, false);
    }
    expect(page.all).toContainEqual({ type: "put-aside", peer: "liar" });
    expect(page.swarm.have.count).toBe(0);
    expect(page.asks(page.join("honest"))).toContain(0);
  });

  it("[F12] at the end a faster page is asked too, and the slower one told", () => {
    const page = alone(3);
    page.join("slow", bits(3, new Uint8Array([0b10000000])).bytes);
    expect(page.asks(page.all, "slow")).toEqual([0]);
    page.join("fast");
    for (const piece of [1, 2]) {
      page.wait(300);
      page.arrive("fast", piece);
      page.check("fast", piece, true);
      page.take({ type: "written", piece });
    }
    expect(page.asks(page.all, "fast")).toContain(0);
    page.arrive("fast", 0);
    page.check("fast", 0, true);
    expect(page.take({ type: "written", piece: 0 })).toContainEqual({
      type: "tell",
      peer: "slow",
      message: { type: "unask", pieces: [0] },
    });
  });

  it("[F13] a lost lane is asked anew, and two sendings of a piece are not mixed", () => {
    const page = alone(2);
    page.join("giver");
    const part = (turn: number, offset: number, value: number): SwarmEffect[] =>
      page.take({
        type: "block",
        peer: "giver",
        piece: 0,
        turn,
        offset,
        bytes: new Uint8Array(4).fill(value),
        proof: offset === 0 ? new Uint8Array(96) : undefined,
      });
    part(1, 0, 1);
    page.take({ type: "lane", peer: "giver", isOpen: false });
    expect(page.asks(page.take({ type: "lane", peer: "giver", isOpen: true }))).toEqual([]);
    expect(page.asks(page.take({ type: "ready", peer: "giver", isAnswerWanted: false }))).toEqual([0, 1]);
    part(7, 4, 2);
    expect(part(6, 0, 1)).toEqual([]);
    const [effect] = part(7, 0, 2);
    expect(effect).toMatchObject({ type: "check", bytes: new Uint8Array(8).fill(2) });
  });

  it("[F14] a paused taker asks for nothing and keeps what comes; a giver that holds is not asked", () => {
    const page = alone(8);
    page.join("giver");
    page.arrive("giver", 0);
    expect(page.take({ type: "pause" })).toContainEqual({
      type: "tell",
      peer: "giver",
      message: { type: "unask" },
    });
    page.check("giver", 0, true);
    page.take({ type: "written", piece: 0 });
    expect(page.swarm.have.count).toBe(1);
    expect(page.asks(page.wait(1_000))).toEqual([]);
    expect(page.asks(page.take({ type: "resume" }))).toContain(1);
    page.take({ type: "hold", peer: "giver", isHeld: true });
    expect(page.asks(page.wait(1_000))).toEqual([]);
    expect(page.swarm.isWaiting).toBe(true);
    expect(page.asks(page.take({ type: "hold", peer: "giver", isHeld: false }))).toContain(1);
  });

  it("[F15] a giver is told when the others together have everything, and may leave", () => {
    const giver = createSwarm({ id: "x", cut: cutOf(16, 8), have: fullBits(2), random: () => 0 });
    giver.take({ type: "field", peer: "a", have: new Uint8Array([128]) }, 0);
    giver.take({ type: "field", peer: "b", have: new Uint8Array([0]) }, 0);
    expect(giver.isSpread).toBe(false);
    giver.take({ type: "have", peer: "b", pieces: [1] }, 0);
    expect(giver.isSpread).toBe(true);

    const all = world(seededRandom(5), 20);
    all.add("giver", "giver");
    for (const name of ["a", "b", "c"]) all.add(name, "taker");
    while (!all.pages.get("giver")?.swarm?.isSpread) all.clock.advance(1);
    expect(["a", "b", "c"].every((name) => all.pages.get(name)?.wholes === 0)).toBe(true);
    all.leave("giver");
    all.clock.advance(30_000);
    for (const name of ["a", "b", "c"]) expect(all.pages.get(name)?.disk).toEqual(all.content);
  });

  it("[F16] what is taken back ends at once unless others have it all", () => {
    const page = alone(4);
    page.join("giver");
    expect(page.take({ type: "gone", peer: "giver", code: "withdrawn" })).toContainEqual({
      type: "failed",
      code: "withdrawn",
    });
    const spread = alone(4);
    spread.join("giver");
    spread.join("other");
    spread.take({ type: "gone", peer: "giver", code: "withdrawn" });
    expect(spread.swarm.state).toEqual({ is: "taking" });
  });

  it("[F17] without anyone who has the rest it waits, then ends; who comes back in time ends the waiting", () => {
    const page = alone(4);
    page.join("giver");
    page.take({ type: "gone", peer: "giver" });
    expect(page.swarm.isWaiting).toBe(true);
    page.wait(59_000);
    expect(page.asks(page.join("giver"))).toContain(0);
    expect(page.swarm.isWaiting).toBe(false);
    page.take({ type: "gone", peer: "giver" });
    page.wait(59_000);
    expect(page.swarm.state).toEqual({ is: "taking" });
    expect(page.wait(1_000)).toContainEqual({ type: "failed", code: "giver-left" });
  });
});
