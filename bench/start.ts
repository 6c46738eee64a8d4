import { startParlour } from "./harness/contender.ts";
import { main, median, type Report, report, table } from "./harness/report.ts";

/** Cold start of the built server to its ready line, and what it holds when nobody is there. */
const turns = 10;
const idleMs = 3000;

export async function run(): Promise<Report> {
  const times: number[] = [];
  const memories: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const server = await startParlour();
    times.push(server.startedInMs);
    if (turn < 3) {
      await fetch(`${server.url}/healthz`);
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      memories.push(server.residentBytes());
    }
    await server.close();
  }
  const figures = {
    readyMs: { median: median(times), highest: Math.max(...times), turns },
    idleBytes: { median: median(memories) },
  };
  console.log("\nThe built server, from start of the process to its ready line, and its memory when idle:\n");
  console.log(
    table(
      ["", "median", "highest"],
      [
        ["ready after, ms", Math.round(figures.readyMs.median), Math.round(figures.readyMs.highest)],
        [
          "resident memory, MB",
          (median(memories) / 1e6).toFixed(1),
          (Math.max(...memories) / 1e6).toFixed(1),
        ],
      ],
    ),
  );
  return report("start", figures);
}

await main(import.meta.url, run);
