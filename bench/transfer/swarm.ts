import { launchBrowser, type TestPage } from "../../e2e/harness/browsers.ts";
import {
  acceptOffer,
  endOf,
  narrowUplink,
  offerFiles,
  profilePage,
  takenUpTo,
} from "../../e2e/harness/files.ts";
import { joinWithSdk, linked, loadSdk } from "../../e2e/harness/sdk-page.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { freshLink } from "./pair.ts";
import { fixed, note } from "./rows.ts";

const MiB = 1024 * 1024;

/** Four takers of a giver whose pages may send so much a second, all links together. */
export async function swarm(
  server: TestServer,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  const perSecond = 3 * MiB;
  const bytes = 48 * MiB;
  const browser = await launchBrowser("chromium");
  try {
    const link = freshLink(server);
    const ada = await profilePage(browser);
    await narrowUplink(ada, perSecond);
    await loadSdk(ada, server.url);
    await joinWithSdk(ada, { link, name: "Ada", media: false });
    const takers: TestPage[] = [];
    for (const name of ["Bo", "Cy", "Di", "Ed"])
      takers.push(
        await (async () => {
          const tab = await browser.openPage();
          await loadSdk(tab, server.url);
          await joinWithSdk(tab, { link, name, media: false });
          return tab;
        })(),
      );
    for (const name of ["Bo", "Cy", "Di", "Ed"]) await linked(ada, name);
    await offerFiles(ada, [{ name: "shared.bin", size: bytes }]);
    for (const tab of takers) await tab.page.waitForFunction(() => window.room.files.offers.length > 0);
    const begun = performance.now();
    await Promise.all(takers.map(acceptOffer));
    await Promise.all(takers.map((tab) => takenUpTo(tab, bytes)));
    for (const tab of takers) await endOf(tab);
    const times = (performance.now() - begun) / 1000 / (bytes / perSecond);
    note(rows, [
      `last of four takers, giver at ${perSecond / MiB} MiB/s`,
      "",
      `${fixed(times, 2)} × size/uplink`,
      "4.00 × (to each)",
      "",
    ]);
    figures["four takers"] = { timesOfOne: times };
  } finally {
    await browser.close();
  }
}
