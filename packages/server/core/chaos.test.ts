import { runSeeds, seedsTimeout } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { World } from "./world.fixture.ts";

describe("chaos", () => {
  it(
    "[R55][R56][R99] leaves everyone with the same true roster, whatever happens",
    () => {
      const seen = new Map<string, number>();
      const runs = runSeeds({ seeds: 2000, env: process.env }, (random) => {
        const world = new World(random);
        for (let n = 0; n < 50; n++) world.step();
        world.finish();
        for (const [what, count] of world.seen) seen.set(what, (seen.get(what) ?? 0) + count);
      });
      // A run of one seed may lack some of it; all together may not.
      if (runs < 1000) return;
      for (const what of [
        ...["welcome", "resumed", "joined", "changed", "left", "close", "probe", "notice", "boot", "end"],
        ...["refused wrong-key", "refused wrong-passcode", "refused room-full", "refused seat-taken"],
        ...["refused unexpected", "refused bad-request", "refused room-exists"],
        ...[
          "refused not-host",
          "refused locked",
          "refused removed",
          "refused no-such-peer",
          "refused too-many",
        ],
        ...["room", "wait", "tell", "host"],
      ]) {
        expect(seen.get(what) ?? 0, what).toBeGreaterThan(100);
      }
    },
    seedsTimeout(60_000, process.env),
  );
});
