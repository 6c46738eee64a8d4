import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { launchBrowser, type TestPage } from "../../e2e/harness/browsers.ts";
import { acceptOffer, endOf, offerChosen, profilePage, taken, takenUpTo } from "../../e2e/harness/files.ts";
import { type Growth, watchMemory } from "../../e2e/harness/growth.ts";
import { freshFolder, removeFolder } from "../../e2e/harness/scratch.ts";
import { joinWithSdk, linked, loadSdk } from "../../e2e/harness/sdk-page.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { sendRaw } from "../harness/raw-channel.ts";
import { come, discardAll, freshLink, pairOf } from "./pair.ts";
import { fixed, note } from "./rows.ts";

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const isHuge = argv.includes("--huge") || process.env["PARLOUR_BENCH_HUGE"] === "1";

/** Counts what that page sends of pieces, in `kept.sentBytes`; before it loads. */
async function countSent(tab: TestPage): Promise<void> {
  await tab.page.evaluateOnNewDocument(() => {
    const { send } = RTCDataChannel.prototype;
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: ArrayBufferView<ArrayBuffer>) {
      if (this.label === "files")
        window.kept["sentBytes"] = ((window.kept["sentBytes"] as number | undefined) ?? 0) + data.byteLength;
      Reflect.apply(send, this, [data]);
    } as typeof send;
  });
}

type Both = Record<"giver" | "taker", Growth>;
const written = (all: readonly Both[], side: keyof Both): string =>
  all.map((one) => one[side].most).join(" ");
/** The moment of the most, by kind of process. */
function kindsOf(all: readonly Both[], side: keyof Both): string {
  const most = all.reduce((one, two) => (two[side].most > one[side].most ? two : one));
  return Object.entries(most[side].kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, more]) => `${kind} ${more}`)
    .join(", ");
}

/** What a channel alone takes, without a file: fresh browsers, so that nothing is warm. */
async function rawMemory(server: TestServer, bytes: number): Promise<Both> {
  const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
  try {
    const { ada, bo } = await pairOf(server, browsers);
    const memory = watchMemory(browsers);
    await sendRaw(ada.page, bo.page, "raw 128", bytes);
    return memory.stop();
  } finally {
    await browsers.giver.close();
    await browsers.taker.close();
  }
}

/** 10 GiB, and a reload in the middle of it. */
export async function large(
  server: TestServer,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  const bytes = 10 * GiB;
  /** Less takes less time, and what has to be remembered is the same. */
  const upTo = isHuge ? bytes : Number(process.env["PARLOUR_BENCH_UP_TO_MIB"] ?? 1024) * MiB;
  const raw = await rawMemory(server, Math.min(upTo, GiB));
  const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
  const folder = freshFolder("huge");
  try {
    // A file of the disk that takes no place there: made in the page it would lie in the browser's memory, and be what is measured.
    const file = join(folder, "huge.bin");
    writeFileSync(file, "");
    truncateSync(file, bytes);
    const link = freshLink(server);
    const ada = await profilePage(browsers.giver);
    await countSent(ada);
    await loadSdk(ada, server.url);
    await joinWithSdk(ada, { link, name: "Ada", media: false });
    const bo = await come(server, browsers.taker, link, "Bo");
    await linked(ada, "Bo");
    const memory = watchMemory(browsers);
    await offerChosen(ada, file);
    await acceptOffer(bo);
    const begun = performance.now();
    const laps: Both[] = [];
    const lap = async (share: number): Promise<void> => {
      await takenUpTo(bo, upTo * share, 1_800_000);
      laps.push(memory.lap());
    };
    await lap(1 / 4);
    await lap(1 / 2);
    await loadSdk(bo, server.url);
    const sent = await ada.page.evaluate(() => window.kept["sentBytes"] as number);
    const back = performance.now();
    await joinWithSdk(bo, { link, name: "Bo", media: false });
    const joinedMs = performance.now() - back;
    await linked(bo, "Ada");
    const linkedMs = performance.now() - back;
    await bo.page.waitForFunction(() => (window.room.files.takings[0]?.progress.bytes ?? 0) > 0);
    const kept = (await taken(bo)).bytes;
    const openedMs = performance.now() - back;
    await bo.page.waitForFunction(
      (before) => (window.room.files.takings[0]?.progress.bytes ?? 0) > before,
      {},
      kept,
    );
    const resumedMs = performance.now() - back;
    laps.push(memory.lap());
    await lap(3 / 4);
    await lap(1);
    if (isHuge && (await endOf(bo)) !== "done") throw new Error("it did not arrive");
    const seconds = (performance.now() - begun) / 1000;
    memory.stop();
    const name = `${fixed(upTo / GiB)} of 10 GiB with a reload in the middle`;
    note(rows, [name, "", `${fixed(upTo / MiB / seconds)} MiB/s`, "", ""]);
    const steps = `${fixed(joinedMs, 0)}, ${fixed(linkedMs, 0)}, ${fixed(openedMs, 0)}, ${fixed(resumedMs, 0)}`;
    note(rows, ["… after the reload: joined, linked, looked at, first new piece, ms", "", steps, "", ""]);
    note(rows, ["… sent twice, MiB", "", fixed((sent - kept) / MiB), "", ""]);
    for (const side of ["giver", "taker"] as const) {
      const name = `… memory beyond, ${side}, MiB: two quarters, reload, two quarters`;
      note(rows, [name, `${raw[side].most}`, written(laps, side), "", ""]);
      note(rows, ["… of the most", kindsOf([raw], side), kindsOf(laps, side), "", ""]);
    }
    figures[name] = {
      seconds,
      joinedMs,
      linkedMs,
      openedMs,
      resumedMs,
      sentTwiceBytes: sent - kept,
      memory: { raw, laps },
    };
    await bo.page.evaluate(() => (window.kept["taking"] as import("@parlour/client").Taking).cancel());
    await discardAll(bo);
  } finally {
    await browsers.giver.close();
    await browsers.taker.close();
    removeFolder(folder);
  }
}
