import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchBrowser } from "../../e2e/harness/browsers.ts";
import { acceptAtOnce, offerChosen } from "../../e2e/harness/files.ts";
import { freshFolder, removeFolder } from "../../e2e/harness/scratch.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { pairOf } from "./pair.ts";
import { note } from "./rows.ts";

/** The same page, again and again: the first time code is still loaded. */
const firstRounds = 5;

/** What an offer costs before the first piece, small and large. */
export async function first(
  server: TestServer,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
  const folder = freshFolder("chosen");
  try {
    for (const [name, bytes] of [
      ["10 MB", 10_000_000],
      ["10 GB", 10_000_000_000],
    ] as const) {
      const pair = await pairOf(server, browsers);
      const times: number[] = [];
      for (let round = 0; round < firstRounds; round++) {
        await acceptAtOnce(pair.bo);
        const file = join(folder, `${round} of ${name}.bin`);
        writeFileSync(file, "");
        truncateSync(file, bytes);
        await offerChosen(pair.ada, file);
        const first = await pair.bo.page.evaluate(() => window.kept["first"] as Promise<number>);
        times.push(first - (await pair.ada.page.evaluate(() => window.kept["giving at"] as number)));
        await pair.bo.page.evaluate(() =>
          (window.kept["taking"] as import("@parlour/client").Taking).cancel(),
        );
        await pair.ada.page.evaluate(() =>
          (window.kept["giving"] as import("@parlour/client").Giving).cancel(),
        );
      }
      times.sort((a, b) => a - b);
      const [median, most] = [times[times.length >> 1] ?? 0, times.at(-1) ?? 0];
      note(rows, [`${name}: offered to first piece on disk, ms (most)`, "", `${median} (${most})`, "", ""]);
      figures[`first piece of ${name}`] = times;
      await pair.ada.close();
      await pair.bo.close();
    }
  } finally {
    removeFolder(folder);
    await browsers.giver.close();
    await browsers.taker.close();
  }
}
