import { describe, expect, it } from "vitest";
import * as rules from "./page/match.js";
import { ahead, between, fade, follow } from "./page/prediction.js";
import { halfOf, keepInHalf, middle, move, rink, served } from "./page/rink.js";

const still = (x: number, y: number) => ({ x, y, vx: 0, vy: 0 });

describe("the rink", () => {
  it("[E14] a paddle sends the puck away, walls give it back, and it never leaves the rink but through a goal", () => {
    const hit = move(still(50, 100), [{ x: 50, y: 107, vx: 0, vy: -150 }], 50);
    expect(hit.hits).toBeGreaterThan(0);
    expect(hit.puck.vy).toBeLessThan(-100);
    const back = move({ x: 10, y: 100, vx: -100, vy: 0 }, [], 200);
    expect(back.puck.vx).toBeGreaterThan(0);
    for (let angle = 0; angle < 6.3; angle += 0.05) {
      const { puck, goal } = move(
        { x: 20, y: 40, vx: 220 * Math.cos(angle), vy: 220 * Math.sin(angle) },
        [],
        3000,
      );
      if (goal !== undefined) continue;
      expect(puck.x).toBeGreaterThanOrEqual(rink.puck - 0.01);
      expect(puck.x).toBeLessThanOrEqual(rink.width - rink.puck + 0.01);
      expect(Math.abs(puck.y - middle)).toBeLessThanOrEqual(middle + rink.puck);
    }
  });

  it("[E14] a goal is told by whose it is, and a puck at full speed passes through no paddle", () => {
    expect(move({ x: 50, y: 150, vx: 0, vy: 200 }, [], 200).goal).toBe(0);
    expect(move({ x: 50, y: 10, vx: 0, vy: -200 }, [], 200).goal).toBe(1);
    expect(move({ x: 15, y: 150, vx: 0, vy: 200 }, [], 200).goal).toBeUndefined();
    const { hits, puck } = move({ x: 50, y: 90, vx: 0, vy: 230 }, [{ x: 50, y: 140, vx: 0, vy: 0 }], 400);
    expect(hits).toBe(1);
    expect(puck.vy).toBeLessThan(0);
    expect(keepInHalf({ x: -5, y: 20 }, 0)).toEqual({ x: rink.paddle, y: middle });
    expect(keepInHalf({ x: 50, y: 150 }, 1)).toEqual({ x: 50, y: middle });
    expect([halfOf(served(0)), halfOf(served(1))]).toEqual([0, 1]);
  });
});

describe("what is shown of the other side", () => {
  it("[E15] a puck heard of some time ago is shown where it would be by now, never across the middle or in a goal", () => {
    const puck = { x: 50, y: 30, vx: 40, vy: 60 };
    expect(ahead(puck, 100)).toEqual(move(puck, [], 100).puck);
    expect(ahead({ ...puck, vy: 200 }, 400).y).toBeLessThanOrEqual(middle);
    expect(ahead({ ...puck, vy: -200 }, 400).y).toBeGreaterThanOrEqual(rink.puck);
    // Not heard of for long: it stands still rather than running wild.
    expect(ahead(puck, 60_000)).toEqual(ahead(puck, 400));
  });

  it("[E15] a difference fades in small steps, and is gone soon", () => {
    let difference = { x: 30, y: -40 };
    for (let ms = 0; ms < 600; ms += 16) {
      const next = fade(difference, 16);
      expect(Math.hypot(difference.x - next.x, difference.y - next.y)).toBeLessThan(5);
      difference = next;
    }
    expect(difference).toEqual({ x: 0, y: 0 });
  });

  it("[E15] a paddle is shown between the places it was reported at", () => {
    const trail = follow(
      follow(follow([], { x: 0, y: 0 }, 100), { x: 10, y: 20 }, 200),
      { x: 20, y: 20 },
      300,
    );
    expect(between(trail, 150)).toEqual({ x: 5, y: 10 });
    expect(between(trail, 50)).toMatchObject({ x: 0 });
    expect(between(trail, 900)).toMatchObject({ x: 20 });
    expect(between([], 0)).toBeUndefined();
    expect(follow(trail, { x: 1, y: 1 }, 5000)).toHaveLength(1);
  });
});

describe("a match", () => {
  const match = rules.seat(rules.noMatch(), ["ada", "bo", "cy"]);

  it("[E16] the first two play; who leaves is followed by who has watched longest, in a match of their own", () => {
    expect(match).toMatchObject({ places: ["ada", "bo"], score: [0, 0] });
    expect(rules.seat(match, ["bo", "cy", "ada"])).toBe(match);
    const next = rules.seat(rules.scored(match, 0), ["bo", "cy"]);
    expect(next).toMatchObject({ places: ["cy", "bo"], score: [0, 0], number: match.number + 1 });
    expect(rules.isPlaying(rules.seat(match, ["bo"]))).toBe(false);
  });

  it("[E16] a goal is a point for the other one, the next puck is for who was beaten, and seven win", () => {
    let now = rules.scored(match, 1);
    expect(now).toMatchObject({ score: [1, 0], to: 1, serve: match.serve + 1 });
    for (let n = 0; n < 10; n += 1) now = rules.scored(now, 1);
    expect([now.score, rules.isOver(now)]).toEqual([[7, 0], true]);
    expect(rules.again(match)).toBe(match);
    expect(rules.again(now)).toMatchObject({ score: [0, 0], number: match.number + 1 });
  });

  it("[E16] the puck changes hands where it crosses the middle, also when the first word of it is lost", () => {
    const start = rules.startRally(match);
    expect(start.owner).toBe(0);
    const puck = { x: 50, y: 79, vx: 0, vy: -100 };
    const handed = rules.rallied(start, { puck, goal: undefined }, 1);
    expect(handed).toMatchObject({ owner: 1, turn: 1 });
    // The new owner hears of it, and from then on only its word counts.
    const taken = rules.heardOf(start, handed, 0);
    expect(taken).toEqual(handed);
    const moved = { ...taken, puck: { ...puck, y: 60 } };
    expect(rules.heardOf(moved, handed, 0)).toBe(moved);
    expect(rules.heardOf(handed, moved, 1)).toBe(moved);
    expect(rules.heardOf(moved, start, 0)).toBe(moved);
    expect(rules.heardOf(moved, { ...handed, serve: 99 }, 0)).toBe(moved);
    expect(rules.rallied(moved, { puck, goal: 1 }, 1)).toMatchObject({
      isGoal: true,
      owner: 1,
      turn: 2,
    });
  });

  it("[E16] believes nothing that is no report", () => {
    const rally = rules.startRally(match);
    expect(rules.rallyOf(JSON.parse(JSON.stringify(rally)))).toEqual(rally);
    expect(rules.matchOf(JSON.parse(JSON.stringify(match)))).toEqual(match);
    for (const broken of [
      null,
      7,
      {},
      { ...rally, owner: 2 },
      { ...rally, turn: -1 },
      { ...rally, puck: still(1e9, 0) },
      { ...rally, puck: {} },
    ])
      expect(rules.rallyOf(broken)).toBeUndefined();
    for (const broken of [
      null,
      {},
      { ...match, places: ["a"] },
      { ...match, score: [0, -1] },
      { ...match, places: ["x".repeat(65), ""] },
    ])
      expect(rules.matchOf(broken)).toBeUndefined();
    expect([rules.placeHeard({ x: 1, y: 2, z: 3 }), rules.placeHeard({ x: "1" })]).toEqual([
      { x: 1, y: 2 },
      undefined,
    ]);
  });
});
