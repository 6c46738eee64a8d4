import type { Page } from "puppeteer-core";
import { launchBrowser, type TestBrowser } from "../e2e/harness/browsers.ts";
import { type Contender, startOther, startParlour } from "./harness/contender.ts";
import { startPageServer } from "./harness/page-server.ts";
import { main, median, quantile, type Report, report, table, versionOf } from "./harness/report.ts";

/*
 * How long joining takes: from the click on Join to the first remote frame drawn, and to the first byte over a data channel,
 * both seen by the one who joins. Two pages of one Chromium; cameras run and scripts are loaded before the click.
 */

const turns = Number(process.env["PARLOUR_BENCH_TURNS"] ?? 20);

interface Entrant {
  readonly name: string;
  readonly page: string;
  readonly server?: Contender;
  /** What follows the room in the link: a fresh secret, for a private one. */
  readonly key?: () => string;
}
interface Times {
  readonly frame: number;
  readonly byte: number;
}

async function open(browser: TestBrowser, url: string): Promise<Page> {
  const context = browser.browser.defaultBrowserContext();
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(url);
  await page
    .waitForFunction(() => document.title === "ready", { timeout: 30_000 })
    .catch(() => {
      throw new Error(`${url} did not get ready: ${problems.join("; ")}`);
    });
  return page;
}

async function once(browser: TestBrowser, pages: string, entrant: Entrant): Promise<Times> {
  const room = `join-${crypto.randomUUID().slice(0, 8)}`;
  const query = new URLSearchParams({ room });
  if (entrant.server !== undefined) query.set("server", entrant.server.url);
  if (entrant.key !== undefined) query.set("key", entrant.key());
  const url = (role: string): string => `${pages}/${entrant.page}.html?${query}&role=${role}`;
  const host = await open(browser, url("host"));
  const guest = await open(browser, url("guest"));
  try {
    await guest.click("button");
    return await guest.evaluate(() =>
      Promise.race([
        (window as unknown as { result: Promise<Times> }).result,
        new Promise<never>((_resolve, reject) => {
          setTimeout(() => reject(new Error("nothing came within 20 s")), 20_000);
        }),
      ]),
    );
  } finally {
    await guest.close();
    await host.close();
  }
}

export async function run(): Promise<Report> {
  const pages = await startPageServer();
  const secret = (): string =>
    `#k=${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")}`;
  const [parlour, alone, peerServer, relay] = [
    await startParlour(["--allow-origin", pages.url]),
    await startParlour(["--allow-origin", pages.url, "--turn", "off"]),
    await startOther("peerserver"),
    await startOther("bare-ws"),
  ];
  const entrants: readonly Entrant[] = [
    { name: "wired directly (the limit)", page: "direct" },
    { name: "Parlour, private room", page: "parlour", server: parlour, key: secret },
    { name: "Parlour, public room", page: "parlour", server: parlour },
    // The other two are given no servers to ask for addresses either.
    { name: "Parlour, public room, no STUN or TURN", page: "parlour", server: alone },
    { name: "PeerJS 1.5.5, PeerServer 1.0.2", page: "peerjs", server: peerServer },
    { name: "simple-peer 9.11.1, bare relay", page: "simple-peer", server: relay },
  ];
  const browser = await launchBrowser("chromium", { cameraFps: 30 });
  const times = new Map<string, Times[]>(entrants.map(({ name }) => [name, []]));
  try {
    for (const entrant of entrants) await once(browser, pages.url, entrant);
    for (let turn = 0; turn < turns; turn++) {
      for (const entrant of entrants) times.get(entrant.name)?.push(await once(browser, pages.url, entrant));
    }
  } finally {
    await browser.close();
    for (const server of [parlour, alone, peerServer, relay]) await server.close();
    pages.close();
  }
  const limit = times.get(entrants[0]?.name ?? "") ?? [];
  const figures = entrants.map(({ name }) => {
    const mine = times.get(name) ?? [];
    const of = (kind: keyof Times) => {
      const values = mine.map((one) => one[kind]);
      return {
        median: median(values),
        p95: quantile(values, 0.95),
        ofLimit: median(values) / median(limit.map((one) => one[kind])),
      };
    };
    return { name, frame: of("frame"), byte: of("byte") };
  });
  console.log(`\nFrom the click on Join, ${turns} turns each, interleaved, milliseconds:\n`);
  console.log(
    table(
      ["", "first frame: median", "p95", "of the limit", "first byte: median", "p95", "of the limit"],
      figures.map(({ name, frame, byte }) => [
        name,
        ...[frame, byte].flatMap((one) => [
          Math.round(one.median),
          Math.round(one.p95),
          one.ofLimit.toFixed(2),
        ]),
      ]),
    ),
  );
  return report("join", { browser: versionOf("/usr/bin/chromium"), turns, times: figures });
}

await main(import.meta.url, run);
