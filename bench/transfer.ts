import { argv } from "node:process";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../e2e/harness/browsers.ts";
import {
  acceptOffer,
  digestOf,
  endOf,
  type MadeFile,
  narrowUplink,
  offerFiles,
  profilePage,
  taken,
  takenUpTo,
  watchMemory,
} from "../e2e/harness/files.ts";
import { privateLink } from "../e2e/harness/people.ts";
import { joinWithSdk, linked, loadSdk } from "../e2e/harness/sdk-page.ts";
import { startServer, type TestServer } from "../e2e/harness/server.ts";
import { createUdpProxy, type UdpProxy } from "../packages/testkit/node/index.ts";
import { bestRaw, sendRaw, throughProxy } from "./harness/raw-channel.ts";
import { main, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * Files from page to page, beside what the same two browsers carry over one raw data channel (R), and beside the way in which two
 * others send: PairDrop (64,000 bytes at a time, waiting for a word after each megabyte) and PeerJS (16,300 bytes at a time, up to
 * 8 MiB waiting in the browser); both reproduced here by their chunking, into memory, unchecked, as they do it.
 * `--huge` sends 10 GiB and looks at memory and at a reload in the middle.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const isHuge = argv.includes("--huge") || process.env["PARLOUR_BENCH_HUGE"] === "1";
const size = Number(process.env["PARLOUR_BENCH_MIB"] ?? 256) * MiB;

interface Pair {
  readonly ada: TestPage;
  readonly bo: TestPage;
}
let rooms = 0;
async function come(
  server: TestServer,
  browser: TestBrowser,
  link: string,
  name: string,
  proxy?: { proxy: UdpProxy; side: "a" | "b" },
): Promise<TestPage> {
  const tab = await profilePage(browser);
  if (proxy) await throughProxy(tab.page, proxy.proxy, proxy.side);
  await loadSdk(tab, server.url);
  await joinWithSdk(tab, { link, name, media: false });
  return tab;
}
async function pairOf(
  server: TestServer,
  browsers: { giver: TestBrowser; taker: TestBrowser },
  proxy?: UdpProxy,
): Promise<Pair> {
  const link = privateLink(server, `bench-${++rooms}`);
  // What arrives at one is what the other gathered.
  const ada = await come(server, browsers.giver, link, "Ada", proxy && { proxy, side: "b" });
  const bo = await come(server, browsers.taker, link, "Bo", proxy && { proxy, side: "a" });
  await linked(ada, "Bo");
  return { ada, bo };
}

interface Given {
  /** MiB a second, from the first byte that is there to the end: on disk, checked. */
  readonly rate: number;
  readonly firstByteMs: number;
}
async function give({ ada, bo }: Pair, files: readonly MadeFile[]): Promise<Given> {
  const all = files.reduce((sum, file) => sum + file.size, 0);
  await offerFiles(ada, files);
  const [firstByteMs = 0, ms = 0] = await bo.page.evaluate(async () => {
    while (window.room.files.offers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const begun = performance.now();
    const taking = window.room.files.offers[0]?.accept();
    window.kept["taking"] = taking;
    if (!taking) throw new Error("no offer");
    const first = await new Promise<number>((resolve) => {
      const stop = taking.on("change", () => {
        if (taking.progress.bytes === 0) return;
        stop();
        resolve(performance.now());
      });
    });
    await taking.done;
    return [first - begun, performance.now() - begun];
  });
  if ((await endOf(bo)) !== "done") throw new Error("it did not arrive");
  return { rate: all / MiB / (ms / 1000), firstByteMs };
}

async function discardAll(tab: TestPage): Promise<void> {
  await tab.page.evaluate(async () => {
    for (const taking of window.room.files.takings) taking.stopSharing();
    for (const one of await window.room.files.kept()) await one.discard().catch(() => {});
  });
}

/** A row of the table, said at once as well: the whole takes minutes. */
function note(rows: string[][], row: string[]): void {
  rows.push(row);
  console.log(row.join("  "));
}

const fixed = (value: number, digits = 1): string => value.toFixed(digits);
const ratio = (value: number, to: number): string => `${fixed(value)} (${fixed(value / to, 2)} R)`;

async function near(
  server: TestServer,
  giver: Engine,
  taker: Engine,
  rows: string[][],
  figures: Record<string, unknown>,
): Promise<void> {
  const browsers = { giver: await launchBrowser(giver), taker: await launchBrowser(taker) };
  try {
    const pair = await pairOf(server, browsers);
    const raw = await bestRaw(pair.ada.page, pair.bo.page, size / 2);
    const ours = await give(pair, [{ name: "film.bin", size }]);
    if (
      JSON.stringify(await digestOf(pair.bo, "taking")) !== JSON.stringify(await digestOf(pair.ada, "giving"))
    )
      throw new Error("what arrived is not what was given");
    const pairdrop = await sendRaw(pair.ada.page, pair.bo.page, "pairdrop", size / 2);
    const peerjs = await sendRaw(pair.ada.page, pair.bo.page, "peerjs", size / 2);
    const name = `${giver} to ${taker}`;
    note(rows, [name, fixed(raw), ratio(ours.rate, raw), ratio(pairdrop, raw), ratio(peerjs, raw)]);
    figures[name] = { raw, ...ours, pairdrop, peerjs };
    if (giver !== taker) return;
    await discardAll(pair.bo);
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

/** 40 ms there and back, with and without loss. */
async function far(server: TestServer, rows: string[][], figures: Record<string, unknown>): Promise<void> {
  for (const loss of [0, 0.005]) {
    const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
    const proxy = await createUdpProxy({ seed: 1, ports: 128, conditions: { delayMs: 20, loss } });
    try {
      const pair = await pairOf(server, browsers, proxy);
      const bytes = (loss === 0 ? 48 : 12) * MiB;
      const raw = await bestRaw(pair.ada.page, pair.bo.page, bytes / 2);
      const ours = await give(pair, [{ name: "far.bin", size: bytes }]);
      const pairdrop = await sendRaw(pair.ada.page, pair.bo.page, "pairdrop", bytes / 4);
      const peerjs = await sendRaw(pair.ada.page, pair.bo.page, "peerjs", bytes / 4);
      const name = `40 ms, ${loss * 100} % loss`;
      note(rows, [name, fixed(raw, 2), ratio(ours.rate, raw), ratio(pairdrop, raw), ratio(peerjs, raw)]);
      figures[name] = { raw, ...ours, pairdrop, peerjs };
    } finally {
      await browsers.giver.close();
      await browsers.taker.close();
      await proxy.close();
    }
  }
}

/** Four takers of a giver whose pages may send so much a second, all links together. */
async function swarm(server: TestServer, rows: string[][], figures: Record<string, unknown>): Promise<void> {
  const perSecond = 3 * MiB;
  const bytes = 48 * MiB;
  const browser = await launchBrowser("chromium");
  try {
    const link = privateLink(server, `bench-${++rooms}`);
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

/** What an offer costs before the first byte, small and large; then 10 GiB, and a reload in the middle of it. */
async function large(server: TestServer, rows: string[][], figures: Record<string, unknown>): Promise<void> {
  const browsers = { giver: await launchBrowser("chromium"), taker: await launchBrowser("chromium") };
  try {
    for (const [name, bytes] of [
      ["10 MB", 10_000_000],
      ["10 GB", 10_000_000_000],
    ] as const) {
      const pair = await pairOf(server, browsers);
      const begun = await pair.ada.page.evaluate(() => Date.now());
      await offerFiles(pair.ada, [{ name: "first.bin", size: bytes }]);
      await pair.bo.page.waitForFunction(() => window.room.files.offers.length > 0);
      const there = await pair.bo.page.evaluate(() => Date.now());
      await acceptOffer(pair.bo);
      const accepted = performance.now();
      await takenUpTo(pair.bo, 1);
      note(rows, [
        `${name}: accept to first checked piece, ms`,
        "",
        fixed(performance.now() - accepted, 0),
        "",
        "",
      ]);
      figures[`offer ${name}`] = {
        madeAndOfferedMs: there - begun,
        firstPieceMs: performance.now() - accepted,
      };
      await pair.bo.page.evaluate(() => (window.kept["taking"] as import("@parlour/client").Taking).cancel());
      await pair.ada.close();
      await pair.bo.close();
    }
    const bytes = isHuge ? 10 * GiB : GiB;
    const link = privateLink(server, `bench-${++rooms}`);
    const ada = await come(server, browsers.giver, link, "Ada");
    const bo = await come(server, browsers.taker, link, "Bo");
    await linked(ada, "Bo");
    const memory = watchMemory(browsers);
    await offerFiles(ada, [{ name: "huge.bin", size: bytes }]);
    await acceptOffer(bo);
    const begun = performance.now();
    await takenUpTo(bo, bytes / 2, 1_800_000);
    const before = (await taken(bo)).bytes;
    await loadSdk(bo, server.url);
    const back = performance.now();
    await joinWithSdk(bo, { link, name: "Bo", media: false });
    let kept = 0;
    while (kept === 0) kept = (await taken(bo)).bytes;
    await takenUpTo(bo, kept + 1);
    const resumedMs = performance.now() - back;
    await takenUpTo(bo, bytes, 1_800_000);
    if ((await endOf(bo)) !== "done") throw new Error("it did not arrive");
    const seconds = (performance.now() - begun) / 1000;
    const grown = memory.stop();
    const name = `${bytes / GiB} GiB with a reload in the middle`;
    note(rows, [name, "", `${fixed(bytes / MiB / seconds)} MiB/s`, "", ""]);
    note(rows, ["… joining and first new byte after the reload, ms", "", fixed(resumedMs, 0), "", ""]);
    note(rows, ["… sent twice, MiB at most", "", fixed(Math.max(0, before - kept) / MiB), "", ""]);
    note(rows, ["… memory beyond, giver / taker, MiB", "", `${grown["giver"]} / ${grown["taker"]}`, "", ""]);
    figures[name] = { seconds, resumedMs, lostBytes: before - kept, memory: grown };
    await discardAll(bo);
  } finally {
    await browsers.giver.close();
    await browsers.taker.close();
  }
}

export async function bench(): Promise<Report> {
  const server = await startServer();
  const rows: string[][] = [];
  const figures: Record<string, unknown> = {};
  const wanted = process.env["PARLOUR_BENCH_PARTS"]?.split(",") ?? ["near", "mixed", "far", "swarm", "large"];
  try {
    if (wanted.includes("near")) await near(server, "chromium", "chromium", rows, figures);
    if (wanted.includes("mixed")) {
      await near(server, "chromium", "firefox", rows, figures);
      await near(server, "firefox", "chromium", rows, figures);
    }
    if (wanted.includes("far")) await far(server, rows, figures);
    if (wanted.includes("swarm")) await swarm(server, rows, figures);
    if (wanted.includes("large")) await large(server, rows, figures);
  } finally {
    console.log(`${versionOf("chromium")}; ${versionOf("firefox-esr")}; MiB/s\n`);
    console.log(table(["", "R", "Parlour, to disk, checked", "PairDrop's way", "PeerJS's way"], rows));
    await server.close();
  }
  return report("transfer", figures);
}

await main(import.meta.url, bench);
