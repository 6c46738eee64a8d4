import type { CDPSession } from "puppeteer-core";
import { launchBrowser, type TestBrowser } from "../e2e/harness/browsers.ts";
import { joinCrowd } from "../e2e/harness/crowd.ts";
import { arrivalLink, type Person, personOn, privateLink } from "../e2e/harness/people.ts";
import { openSdkPage } from "../e2e/harness/sdk-page.ts";
import { until } from "../e2e/harness/waiting.ts";
import { type Contender, startParlour } from "./harness/contender.ts";
import { main, median, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * What the inspector costs the processor of who opens it, in a call with others in pictures: never opened (the control), open on
 * each of its parts, and closed again. `PARLOUR_BENCH_ROUNDS` says how often; each round is a fresh page.
 */

const others = 3;
const picture = { width: 320, height: 180, fps: 10 };
const settleMs = 2_000;
const watchMs = 5_000;
const rounds = Number(process.env["PARLOUR_BENCH_ROUNDS"] ?? 4);
const states = ["never opened", "open: story", "open: charts", "open: log", "closed again"] as const;
type State = (typeof states)[number];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Processor seconds of the browser's pages so far. */
async function spent(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo
    .filter(({ type }) => type === "renderer")
    .reduce((total, { cpuTime }) => total + cpuTime, 0);
}

async function bring({ tab: { page } }: Person, state: State): Promise<void> {
  const isOpen = await page.$(".inspector");
  if ((state === "closed again") === (isOpen !== null) || (isOpen === null && state.startsWith("open")))
    await page.evaluate(() => (window.parlourTest.find("button", "Inspector") as HTMLElement).click());
  const part = { "open: story": "story", "open: charts": "charts", "open: log": "log" }[state as string];
  if (part !== undefined) {
    const tab = await page.waitForSelector(`[data-tab="${part}"]`);
    await tab?.evaluate((element) => (element as HTMLElement).click());
  }
}

/** Percent of one core in each state, in one visit. */
async function visit(viewer: TestBrowser, link: string): Promise<Readonly<Record<State, number>>> {
  const session = await viewer.browser.target().createCDPSession();
  const tab = await viewer.openPage();
  try {
    await tab.page.goto(arrivalLink(link, { name: "Ada", camera: false, mic: false }));
    const ada = personOn(tab, "Ada");
    await ada.sees("toolbar", "Call controls");
    await until(`${others} pictures`, () =>
      tab.page.evaluate(
        (wanted) =>
          [...document.querySelectorAll("video")].filter(({ videoWidth }) => videoWidth > 0).length ===
          wanted,
        others,
      ),
    );
    const found: Partial<Record<State, number>> = {};
    for (const state of states) {
      await bring(ada, state);
      await pause(settleMs);
      const before = await spent(session);
      const begun = performance.now();
      await pause(watchMs);
      found[state] = (100 * (await spent(session)) - 100 * before) / ((performance.now() - begun) / 1000);
    }
    return found as Readonly<Record<State, number>>;
  } finally {
    await tab.close();
    await session.detach();
  }
}

export async function run(): Promise<Report> {
  const server: Contender = await startParlour();
  const viewer = await launchBrowser("chromium");
  const crowds = await launchBrowser("chromium");
  try {
    const link = privateLink(server, "inspected");
    const crowd = await openSdkPage(crowds, server.url);
    await joinCrowd(
      crowd,
      link,
      Array.from({ length: others }, (_, index) => `Guest ${index + 1}`),
      picture,
    );
    const visits: Readonly<Record<State, number>>[] = [];
    for (let round = 0; round < rounds; round++) visits.push(await visit(viewer, link));
    const of = (state: State) => visits.map((one) => one[state]);
    const control = median(of("never opened"));
    console.log(
      `\nProcessor of the page that looks, percent of one core, ${others} others in pictures (${picture.width}x${picture.height}, ${picture.fps} a second), ${rounds} rounds:\n`,
    );
    console.log(
      table(
        ["the inspector", "median", "least", "most", "more than never opened"],
        states.map((state) => [
          state,
          median(of(state)).toFixed(1),
          Math.min(...of(state)).toFixed(1),
          Math.max(...of(state)).toFixed(1),
          (median(of(state)) - control).toFixed(1),
        ]),
      ),
    );
    return report("inspector", {
      browser: versionOf("/usr/bin/chromium"),
      others,
      picture,
      rounds,
      percentOfOneCore: Object.fromEntries(states.map((state) => [state, of(state)])),
    });
  } finally {
    await viewer.close();
    await crowds.close();
    await server.close();
  }
}

await main(import.meta.url, run);
