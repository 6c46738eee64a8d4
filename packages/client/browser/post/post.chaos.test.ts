import { fakeClock, runSeedsAsync, runUntil, simulatedPath } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { bytes, flush, text, twoPages } from "./two-offices.fixture.ts";

describe("post under chaos", () => {
  it("[Z6] each message comes once and in order, whatever happens to its packets", {
    timeout: 60_000,
  }, async () => {
    let cuts = 0;
    const ran = await runSeedsAsync({ seeds: 2_000, env: process.env }, async (random) => {
      const clock = fakeClock();
      const loss = random.chance(0.3) ? 0.2 : 0;
      const conditions = {
        delayMs: [random.int(0, 5), random.int(5, 200)] as const,
        duplicate: random.chance(0.5) ? 0.2 : 0,
        loss,
        inOrder: random.chance(0.7),
      };
      const paths = [0, 1].map(() =>
        simulatedPath<() => void>(clock, random.fork(), conditions, (arrive) => arrive()),
      );
      const { offices, log } = twoPages(clock, (to, payload, deliver) => {
        const copy = payload.slice();
        paths[to]?.send(() => deliver(copy));
      });
      const heard: string[][] = [[], []];
      const said: string[][] = [[], []];
      let there = 0;
      for (const i of [0, 1]) offices[i]?.on("tea", (_, data) => heard[i]?.push(text(data)));
      for (let step = 0; step < 25; step++) {
        const from = random.int(0, 2) % 2;
        if (random.chance(0.7)) {
          const what = `${from}/${said[from]?.length}`;
          said[from]?.push(what);
          offices[from]?.send(`peer-${2 - from}`, "tea", bytes(what)).then(() => there++);
        } else if (random.chance(0.4)) {
          cuts++;
          for (const path of paths) path.cut();
          clock.advance(random.int(0, 500));
          for (const path of paths) path.mend();
          for (const office of offices) office.resync();
        }
        if (random.chance(0.6)) await runUntil(clock, flush, () => false, random.int(0, 300));
      }
      const total = said.flat().length;
      await runUntil(clock, flush, () => there === total, 900_000);
      expect(heard).toEqual([said[1], said[0]]);
      expect(there).toBe(total);
      expect(log).toEqual([]);
    });
    expect(cuts).toBeGreaterThan(ran);
  });
});
