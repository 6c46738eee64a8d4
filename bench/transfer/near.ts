import { readFileSync } from "node:fs";
import { type Engine, launchBrowser, type TestBrowser } from "../../e2e/harness/browsers.ts";
import { digestOf } from "../../e2e/harness/files.ts";
import { processTree } from "../../e2e/harness/scratch.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { sendRaw } from "../harness/raw-channel.ts";
import { discardAll, give, pairOf } from "./pair.ts";
import { fixed, note, ratio } from "./rows.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const size = Number(process.env["PARLOUR_BENCH_MIB"] ?? 96) * MiB;

/** Rounds of everything, one after the other: what else the machine does meanwhile comes and goes. */
const rounds = Number(process.env["PARLOUR_BENCH_ROUNDS"] ?? 3);

/** Seconds of processor that all processes of these browsers have used. */
function processorSeconds(...browsers: readonly TestBrowser[]): number {
  let ticks = 0;
  for (const pid of browsers.flatMap((one) => processTree(one.pid))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // Gone meanwhile.
    }
  }
  return ticks / 100;
}

/** Means over the rounds. */
interface Mean {
  rate: number;
  /** Milliseconds of processor for a MiB, both browsers together. */
  cost: number;
}

export async function near(
  server: TestServer,
  giver: Engine,
  taker: Engine,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  const browsers = { giver: await launchBrowser(giver), taker: await launchBrowser(taker) };
  try {
    const pair = await pairOf(server, browsers);
    const means = new Map<string, Mean>();
    const measure = async (name: string, bytes: number, run: () => Promise<number>): Promise<void> => {
      const before = processorSeconds(browsers.giver, browsers.taker);
      const rate = await run();
      const cost = ((processorSeconds(browsers.giver, browsers.taker) - before) * 1000) / (bytes / MiB);
      const mean = means.get(name) ?? { rate: 0, cost: 0 };
      mean.rate += rate / rounds;
      mean.cost += cost / rounds;
      means.set(name, mean);
    };
    const ways = ["raw 64", "raw 128", "raw 256", "pairdrop", "peerjs"] as const;
    for (let round = 0; round < rounds; round++) {
      for (const way of ways)
        await measure(way, size / 2, () => sendRaw(pair.ada.page, pair.bo.page, way, size / 2));
      await measure("ours", size, async () => {
        return (await give(pair, [{ name: `film-${round}.bin`, size, seed: round + 1 }])).rate;
      });
    }
    if (
      JSON.stringify(await digestOf(pair.bo, "taking")) !== JSON.stringify(await digestOf(pair.ada, "giving"))
    )
      throw new Error("what arrived is not what was given");
    const of = (name: string): Mean => means.get(name) ?? { rate: 0, cost: 0 };
    const best = (["raw 64", "raw 128", "raw 256"] as const).reduce((one, two) =>
      of(two).rate > of(one).rate ? two : one,
    );
    const raw = of(best).rate;
    const name = `${giver} to ${taker}`;
    const others = (["ours", "pairdrop", "peerjs"] as const).map(of);
    note(rows, [name, fixed(raw), ...others.map(({ rate }) => ratio(rate, raw))]);
    const costs = [of(best), ...others].map(({ cost }) => `${fixed(cost, 0)} ms`);
    note(rows, ["… processor for a MiB, both browsers", ...costs]);
    figures[name] = Object.fromEntries(means);
    await discardAll(pair.bo);
    if (giver !== taker) return;
    const again = await pairOf(server, browsers);
    const many = await give(
      again,
      Array.from({ length: 10_000 }, (_, i) => ({ name: `${i}.txt`, size: 10 * KiB, seed: 1 })),
    );
    note(rows, ["10,000 files of 10 KiB", fixed(raw), ratio(many.rate, raw), "", ""]);
    figures["10,000 files of 10 KiB"] = many;
    await discardAll(again.bo);
  } finally {
    await browsers.giver.close();
    await browsers.taker.close();
  }
}
