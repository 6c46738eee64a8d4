import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { CDPSession } from "puppeteer-core";
import { launchBrowser, type TestBrowser, type TestPage } from "../e2e/harness/browsers.ts";
import { joinCrowd } from "../e2e/harness/crowd.ts";
import { timesToLobby } from "../e2e/harness/lobby-time.ts";
import { arrivalLink, personOn, privateLink } from "../e2e/harness/people.ts";
import { joinWithSdk, loadSdk, openSdkPage } from "../e2e/harness/sdk-page.ts";
import { until } from "../e2e/harness/waiting.ts";
import { type Contender, startParlour } from "./harness/contender.ts";
import { main, median, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * What the page weighs, how soon it can be used, and what a call costs the processor of who looks at it, by the number of others.
 */

const silent = { camera: false, mic: false };
const crowds = [0, 1, 2, 4, 8];
const picture = { width: 320, height: 180, fps: 10 };
const settleMs = 2_000;
const watchMs = 5_000;
const loads = 8;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

// ── weight ──

interface Weight {
  readonly files: number;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
}
const assets = fileURLToPath(new URL("../apps/web/dist/assets/", import.meta.url));

/** A script and what it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const code = readFileSync(assets + name, "utf8");
  for (const [, other] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
    if (other !== undefined) withImports(other, seen);
  return seen;
}

function weightOf(names: Iterable<string>): Weight {
  const sum = { files: 0, bytes: 0, gzip: 0, brotli: 0 };
  for (const name of names) {
    const file = readFileSync(assets + name);
    sum.files += 1;
    sum.bytes += file.length;
    sum.gzip += gzipSync(file, { level: 9 }).length;
    // As the server compresses.
    sum.brotli += brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
  }
  return sum;
}

function weights(): { readonly lobby: Weight; readonly all: Weight } {
  const index = readFileSync(fileURLToPath(new URL("../apps/web/dist/index.html", import.meta.url)), "utf8");
  const named = [...index.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name = ""]) => name);
  const first = named.flatMap((name) => (name.endsWith(".js") ? [...withImports(name)] : [name]));
  return {
    lobby: weightOf(new Set(first)),
    all: weightOf(readdirSync(assets).filter((name) => /\.(?:js|css)$/.test(name))),
  };
}

// ── time until it can be used ──

async function lobbyTimes(browser: TestBrowser, url: string, slowness: number): Promise<number[]> {
  const tab = await browser.openPage();
  const times = await timesToLobby(tab, `${url}/r/lobby?mic=off&camera=off`, slowness, loads);
  await tab.close();
  return times;
}

// ── what a call costs ──

/** Processor seconds of the whole browser so far, and of its pages alone. */
async function spent(session: CDPSession): Promise<{ all: number; pages: number }> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sum = (of: typeof processInfo) => of.reduce((total, { cpuTime }) => total + cpuTime, 0);
  return { all: sum(processInfo), pages: sum(processInfo.filter(({ type }) => type === "renderer")) };
}

interface Cost {
  readonly others: number;
  /** Percent of one core. */
  readonly all: number;
  readonly pages: number;
}

/** One who looks on, while others come: what that costs at each number of them. */
async function costs(
  viewer: TestBrowser,
  others: TestBrowser,
  server: Contender,
  enterRoom: (tab: TestPage, link: string) => Promise<void>,
): Promise<Cost[]> {
  const link = privateLink(server, `tiles-${crypto.randomUUID().slice(0, 8)}`);
  const session = await viewer.browser.target().createCDPSession();
  const tab = await viewer.openPage();
  const crowd = await openSdkPage(others, server.url);
  const found: Cost[] = [];
  try {
    await enterRoom(tab, link);
    let present = 0;
    for (const count of crowds) {
      const names = Array.from({ length: count - present }, (_, index) => `Guest ${present + index + 1}`);
      if (names.length > 0) await joinCrowd(crowd, link, names, picture);
      present = count;
      await until(`${count} pictures`, () =>
        tab.page.evaluate(
          (wanted) =>
            [...document.querySelectorAll("video")].filter(({ videoWidth }) => videoWidth > 0).length ===
            wanted,
          count,
        ),
      );
      await pause(settleMs);
      const before = await spent(session);
      const begun = performance.now();
      await pause(watchMs);
      const after = await spent(session);
      const share = (used: number) => (100 * used) / ((performance.now() - begun) / 1000);
      found.push({
        others: count,
        all: share(after.all - before.all),
        pages: share(after.pages - before.pages),
      });
    }
  } finally {
    await crowd.close();
    await tab.close();
    await session.detach();
  }
  return found;
}

/** Percent of a core for each person more: the slope of a straight line through the points. */
function perTile(points: readonly Cost[], kind: "all" | "pages"): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ others }) => others)), mean(points.map((point) => point[kind]))];
  const over = points.reduce((sum, point) => sum + (point.others - x) * (point[kind] - y), 0);
  return over / points.reduce((sum, { others }) => sum + (others - x) ** 2, 0);
}

export async function run(): Promise<Report> {
  const server = await startParlour();
  const viewer = await launchBrowser("chromium");
  const others = await launchBrowser("chromium");
  try {
    const weight = weights();
    const quick = await lobbyTimes(viewer, server.url, 1);
    const slow = await lobbyTimes(viewer, server.url, 4);
    const page = await costs(viewer, others, server, async (tab, link) => {
      await tab.page.goto(arrivalLink(link, { name: "Ada", ...silent }));
      await personOn(tab, "Ada").sees("toolbar", "Call controls");
    });
    const bare = await costs(viewer, others, server, async (tab, link) => {
      await loadSdk(tab, server.url);
      await joinWithSdk(tab, { link, name: "Ada" });
    });

    console.log("\nWeight, kB (1000 bytes), scripts and style sheets:\n");
    const kb = (bytes: number) => (bytes / 1000).toFixed(1);
    const weightRow = (name: string, { files, bytes, gzip, brotli }: Weight) => [
      name,
      files,
      kb(bytes),
      kb(gzip),
      kb(brotli),
    ];
    console.log(
      table(
        ["", "files", "plain", "gzip", "brotli, as sent"],
        [weightRow("up to the lobby screen", weight.lobby), weightRow("everything there is", weight.all)],
      ),
    );
    console.log(
      `\nFrom the first byte of the page to a lobby screen that can be used, ms, ${loads} loads:\n`,
    );
    const timeRow = (name: string, times: readonly number[]) => [
      name,
      Math.round(median(times)),
      Math.round(Math.max(...times)),
    ];
    console.log(
      table(
        ["processor", "median", "slowest"],
        [timeRow("as it is", quick), timeRow("four times slower", slow)],
      ),
    );
    console.log(
      `\nProcessor of who looks on, percent of one core, with that many others (${picture.width}x${picture.height}, ${picture.fps} a second):\n`,
    );
    const costRow = (name: string, points: readonly Cost[], kind: "all" | "pages") => [
      name,
      ...points.map((point) => point[kind].toFixed(1)),
      perTile(points, kind).toFixed(1),
    ];
    console.log(
      table(
        ["", ...crowds.map(String), "per tile"],
        [
          costRow("the room page: its process", page, "pages"),
          costRow("the room page: the whole browser", page, "all"),
          costRow("bare pictures: their process", bare, "pages"),
          costRow("bare pictures: the whole browser", bare, "all"),
        ],
      ),
    );
    return report("page", {
      browser: versionOf("/usr/bin/chromium"),
      weight,
      toLobbyMs: { quick, slow },
      cost: { picture, page, bare },
    });
  } finally {
    await viewer.close();
    await others.close();
    await server.close();
  }
}

await main(import.meta.url, run);
