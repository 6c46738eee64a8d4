import { startServer } from "../e2e/harness/server.ts";
import { main, type Report, report, table, versionOf } from "./harness/report.ts";
import { cost } from "./transfer/cost.ts";
import { far } from "./transfer/far.ts";
import { first } from "./transfer/first.ts";
import { large } from "./transfer/large.ts";
import { near } from "./transfer/near.ts";
import { swarm } from "./transfer/swarm.ts";

/*
 * Files from page to page, beside what the same two browsers carry over one raw data channel (R), and beside the way in which two
 * others send: PairDrop (64,000 bytes at a time, waiting for a word after each megabyte) and PeerJS (16,300 bytes at a time, up to
 * 8 MiB waiting in the browser); both reproduced here by their chunking, into memory, unchecked, as they do it.
 * `--huge` sends all of 10 GiB, not only the first of them.
 * `PARLOUR_BENCH_PARTS=near,mixed,cost,far,swarm,first,large` chooses; `PARLOUR_BENCH_ROUNDS`, `PARLOUR_BENCH_MIB` and `PARLOUR_BENCH_UP_TO_MIB` say how much.
 */

export async function bench(): Promise<Report> {
  const server = await startServer();
  const rows: string[][] = [];
  const figures: Record<string, unknown> = {};
  const wanted = process.env["PARLOUR_BENCH_PARTS"]?.split(",") ?? [
    "near",
    "mixed",
    "cost",
    "far",
    "swarm",
    "first",
    "large",
  ];
  try {
    if (wanted.includes("near")) await near(server, "chromium", "chromium", rows, figures);
    if (wanted.includes("mixed")) {
      await near(server, "chromium", "firefox", rows, figures);
      await near(server, "firefox", "chromium", rows, figures);
    }
    if (wanted.includes("cost")) await cost(server, figures);
    if (wanted.includes("far")) await far(server, rows, figures);
    if (wanted.includes("swarm")) await swarm(server, rows, figures);
    if (wanted.includes("first")) await first(server, rows, figures);
    if (wanted.includes("large")) await large(server, rows, figures);
  } finally {
    console.log(`${versionOf("chromium")}; ${versionOf("firefox-esr")}; MiB/s\n`);
    console.log(table(["", "R", "Parlour, to disk, checked", "PairDrop's way", "PeerJS's way"], rows));
    await server.close();
  }
  return report("transfer", figures);
}

await main(import.meta.url, bench);
