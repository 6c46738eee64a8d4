import { type Random, runSeeds, seedsTimeout } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import type { TransferCode } from "../seams.ts";
import { type World, world } from "./world.fixture.ts";

/** Everything that may go wrong, at any time; then quiet, and everyone has it byte for byte or a reason that fits. */
function scenario(random: Random): World {
  const all = world(random, random.pick([0, 1, 2, random.int(3, 12), random.int(13, 60)]));
  all.add("giver", "giver");
  const takers = Array.from({ length: random.int(1, 4) }, (_, i) => `taker ${i}`);
  const others = random.chance(0.3) ? [random.pick(["liar", "mute"] as const)] : [];
  for (const [i, kind] of others.entries()) all.add(`other ${i}`, kind);
  for (const name of takers) all.clock.after(random.int(0, 2000), () => all.add(name, "taker"));
  const until = 20_000;
  const everyone = ["giver", ...takers, ...others.map((_, i) => `other ${i}`)];
  const full = random.chance(0.15) ? random.pick(takers) : undefined;
  if (full)
    all.clock.after(2_000, () => {
      const page = all.pages.get(full);
      if (page) page.room = random.int(0, 30);
    });
  const leaves = random.chance(0.25) ? random.int(0, 6_000) : undefined;
  const withdraws = leaves !== undefined && random.chance(0.4);
  if (leaves !== undefined)
    all.clock.after(leaves, () => all.leave("giver", withdraws ? "withdrawn" : undefined));
  for (let i = random.int(0, 12); i > 0; i--) {
    const at = random.int(0, until);
    const kind = random.int(0, 3);
    const [a = "", b = ""] = random.shuffle(everyone);
    all.clock.after(at, () => {
      if (kind <= 1) all.cutLink(a, b, random.int(0, 4_000));
      else if (kind === 2 && (a !== "giver" || leaves === undefined))
        all.reload(a, random.int(0, 3_000), random.chance(0.3));
      else if (kind === 3 && a.startsWith("taker")) {
        all.input(a, { type: "pause" });
        all.clock.after(random.int(1, 2_000), () => all.input(a, { type: "resume" }));
        if (all.cut.count > 0) all.input(a, { type: "prefer", pieces: [random.int(0, all.cut.count - 1)] });
      }
    });
  }
  all.clock.advance(until + 200_000);

  for (const name of takers) {
    const page = all.pages.get(name);
    const state = page?.swarm?.state;
    if (!page || !state) throw new Error(`${name} is missing`);
    if (state.is === "whole") {
      expect(page.disk).toEqual(all.content);
      continue;
    }
    if (state.is !== "failed")
      throw new Error(`${name} is ${state.is} with ${page.swarm?.have.count} of ${all.cut.count}`);
    const fitting: Partial<Record<TransferCode, boolean>> = {
      "disk-full": name === full,
      "giver-left": leaves !== undefined,
      withdrawn: withdraws,
      corrupt: others.includes("liar") && leaves !== undefined,
    };
    expect(fitting[state.code], `${name} ended with ${state.code}`).toBe(true);
    // Nobody is told less than what happened: a giver who stayed, a disk with room and honest people give everything.
    for (let piece = 0; piece < all.cut.count; piece++)
      if (page.swarm?.have.has(piece))
        expect(page.disk.slice(piece * 8, piece * 8 + 8)).toEqual(
          all.content.slice(piece * 8, piece * 8 + 8),
        );
  }
  return all;
}

describe("a swarm under chaos", () => {
  it(
    "[F1] any mix of drops, reloads, pauses, liars, full disks and leaving givers ends byte for byte or with a code that fits",
    () => {
      const seeds = runSeeds({ seeds: 2_000, env: process.env }, (random) => void scenario(random));
      expect(seeds).toBeGreaterThan(0);
    },
    seedsTimeout(240_000, process.env),
  );
});
