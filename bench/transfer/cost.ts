import { join } from "node:path";
import { launchBrowser } from "../../e2e/harness/browsers.ts";
import { writeNoise } from "../../e2e/harness/files.ts";
import { freshFolder, removeFolder } from "../../e2e/harness/scratch.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { sendRaw } from "../harness/raw-channel.ts";
import { table } from "../harness/report.ts";
import { threadTimes } from "../harness/threads.ts";
import { discardAll, giveChosen, pairOf } from "./pair.ts";
import { fixed } from "./rows.ts";

const MiB = 1024 * 1024;
const size = Number(process.env["PARLOUR_BENCH_MIB"] ?? 96) * MiB;
const rounds = Number(process.env["PARLOUR_BENCH_ROUNDS"] ?? 3);
/** Milliseconds for a MiB; what takes less is counted together. */
const least = 0.4;

/** Where the processor's time for a MiB goes, beside the raw channel: between two Chromiums, by kind of thread. */
export async function cost(server: TestServer, figures: Record<string, unknown>): Promise<void> {
  const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
  const folder = freshFolder("cost");
  try {
    const pair = await pairOf(server, browsers);
    const sums = { raw: new Map<string, number>(), ours: new Map<string, number>() };
    const add = async (way: keyof typeof sums, run: () => Promise<unknown>): Promise<void> => {
      for (const [name, ms] of await threadTimes(browsers, run))
        sums[way].set(name, (sums[way].get(name) ?? 0) + ms / (size / MiB) / rounds);
    };
    for (let round = 0; round < rounds; round++) {
      await add("raw", () => sendRaw(pair.ada.page, pair.bo.page, "raw 128", size));
      const film = join(folder, `film-${round}.bin`);
      writeNoise(film, size);
      await add("ours", () => giveChosen(pair, film, size));
      await discardAll(pair.bo);
    }
    const of = (name: string): [number, number] => [sums.raw.get(name) ?? 0, sums.ours.get(name) ?? 0];
    const names = [...new Set([...sums.raw.keys(), ...sums.ours.keys()])];
    const large = names.filter((name) => Math.max(...of(name)) >= least).sort();
    const sum = (some: readonly string[]): [number, number] =>
      some.reduce(([raw, ours], name) => [raw + of(name)[0], ours + of(name)[1]], [0, 0]);
    const row = (name: string, [raw, ours]: [number, number]): string[] => [
      name,
      fixed(raw),
      fixed(ours),
      fixed(ours - raw),
    ];
    const rows = large.map((name) => row(name, of(name)));
    rows.push(row("everything else", sum(names.filter((name) => !large.includes(name)))));
    rows.push(row("together", sum(names)));
    console.log(`Milliseconds of processor for a MiB, Chromium to Chromium\n`);
    console.log(table(["thread", "raw, 128 KiB", "Parlour", "more"], rows));
    figures["processor by thread, ms for a MiB"] = {
      raw: Object.fromEntries(sums.raw),
      ours: Object.fromEntries(sums.ours),
    };
  } finally {
    await browsers.giver.close();
    await browsers.taker.close();
    removeFolder(folder);
  }
}
