import { fakeClock, fakeWorld, seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { type ContractSetup, connectionContract } from "./connection-contract.ts";

/** Lets everything that is ready happen, then moves the clock, until the check is over. */
async function pumped(check: (setup: ContractSetup) => Promise<void>, seed: number): Promise<unknown> {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(seed) });
  let isOver = false;
  let problem: unknown;
  const run = check({
    createConnection: (configuration) => world.connection(configuration) as unknown as RTCPeerConnection,
    settle: () => new Promise((resolve) => void clock.after(50, () => resolve())),
  }).catch((error: unknown) => {
    problem = error;
  });
  void run.then(() => {
    isOver = true;
  });
  for (let steps = 0; !isOver; steps++) {
    if (steps > 2_000) return "it does not end";
    await new Promise((resolve) => setImmediate(resolve));
    if (!isOver) clock.step();
  }
  return problem;
}

describe("[L20] the fake connection holds what we rely on in browsers", () => {
  for (const [name, check] of Object.entries(connectionContract))
    it(name, async () => {
      for (let seed = 1; seed <= 5; seed++) expect(await pumped(check, seed)).toBeUndefined();
    });
});
