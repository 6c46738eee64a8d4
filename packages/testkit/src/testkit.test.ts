import { describe, expect, it } from "vitest";
import { fakeClock, runSeeds, seededRandom, simulatedPath, socketPair } from "./index.ts";

describe("the fake clock", () => {
  it("fires timers in the order of their time, then of their making", () => {
    const clock = fakeClock(100);
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late ${clock.now()}`));
    clock.after(10, () => {
      fired.push(`first ${clock.now()}`);
      clock.after(5, () => fired.push(`nested ${clock.now()}`));
    });
    clock.after(10, () => fired.push(`second ${clock.now()}`));
    clock.after(10, () => fired.push("never"))();
    clock.advance(30);
    expect(fired).toEqual(["first 110", "second 110", "nested 115", "late 120"]);
    expect(clock.now()).toBe(130);
    expect(clock.step()).toBe(false);
  });
});

describe("seeded random", () => {
  it("repeats itself for a seed and differs between seeds", () => {
    const draw = (seed: number) => Array.from({ length: 8 }, seededRandom(seed).next);
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    expect(draw(5).every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it("reaches both ends of a range and shuffles without loss", () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 200 }, () => random.int(2, 4)));
    expect([...seen].sort()).toEqual([2, 3, 4]);
    expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("runSeeds", () => {
  it("runs kept seeds first and names the one that failed", () => {
    const ran: number[] = [];
    const scenario = (_: unknown, seed: number) => {
      ran.push(seed);
      if (seed === 2) throw new Error("broken");
    };
    expect(() => runSeeds({ seeds: 3, kept: [40], env: {} }, scenario)).toThrow("seed 2 failed");
    expect(ran).toEqual([40, 1, 2]);
  });

  it("runs one seed alone when asked", () => {
    const ran: number[] = [];
    expect(runSeeds({ seeds: 3, env: { PARLOUR_SEED: "7" } }, (_, seed) => void ran.push(seed))).toBe(1);
    expect(ran).toEqual([7]);
  });
});

describe("simulated paths and sockets", () => {
  it("keep order when asked, and lose what is under way when cut", () => {
    const clock = fakeClock();
    const got: number[] = [];
    const path = simulatedPath<number>(clock, seededRandom(3), { delayMs: [0, 50], inOrder: true }, (n) =>
      got.push(n),
    );
    for (let i = 0; i < 20; i++) path.send(i);
    clock.advance(50);
    expect(got).toEqual(Array.from({ length: 20 }, (_, i) => i));
    path.send(99);
    path.cut();
    path.send(100);
    path.mend();
    clock.advance(100);
    expect(got).not.toContain(99);
    expect(got).not.toContain(100);
  });

  it("overtake, repeat and lose when they may", () => {
    const clock = fakeClock();
    const got: number[] = [];
    const path = simulatedPath<number>(
      clock,
      seededRandom(4),
      { delayMs: [0, 50], loss: 0.2, duplicate: 0.2 },
      (n) => got.push(n),
    );
    for (let i = 0; i < 200; i++) path.send(i);
    clock.advance(100);
    expect(new Set(got).size).toBeLessThan(200);
    expect(got.length).toBeGreaterThan(new Set(got).size);
    expect(got).not.toEqual([...got].sort((a, b) => a - b));
  });

  it("tell a goodbye from a loss", () => {
    const clock = fakeClock();
    const seen: string[] = [];
    const pair = socketPair(clock, seededRandom(5), [10, 10]);
    pair.b.onclose = (code) => seen.push(`b ${code}`);
    pair.a.onclose = (code) => seen.push(`a ${code}`);
    pair.a.send("last words");
    pair.b.onmessage = (message) => seen.push(String(message));
    pair.a.close(1001);
    clock.advance(10);
    expect(seen).toEqual(["last words", "b 1001", "a 1001"]);
    const lost = socketPair(clock, seededRandom(5), [10, 10]);
    lost.a.onclose = (code) => seen.push(`a ${code}`);
    lost.b.onclose = (code) => seen.push(`b ${code}`);
    lost.drop("b");
    expect(seen.at(-1)).toBe("b 1006");
  });
});
