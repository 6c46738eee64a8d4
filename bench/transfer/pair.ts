import type { TestBrowser, TestPage } from "../../e2e/harness/browsers.ts";
import { endOf, type MadeFile, offerChosen, offerFiles, profilePage } from "../../e2e/harness/files.ts";
import { privateLink } from "../../e2e/harness/people.ts";
import { joinWithSdk, linked, loadSdk } from "../../e2e/harness/sdk-page.ts";
import type { TestServer } from "../../e2e/harness/server.ts";
import { throughProxy } from "../../e2e/harness/through-proxy.ts";
import type { UdpProxy } from "../../packages/testkit/node/index.ts";

/** Two pages, each in a browser of its own, and what one gives the other. */

const MiB = 1024 * 1024;

export interface Pair {
  readonly ada: TestPage;
  readonly bo: TestPage;
}
let rooms = 0;
/** The link of a room that nobody was in yet. */
export const freshLink = (server: TestServer): string => privateLink(server, `bench-${++rooms}`);

export async function come(
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
export async function pairOf(
  server: TestServer,
  browsers: { giver: TestBrowser; taker: TestBrowser },
  proxy?: UdpProxy,
): Promise<Pair> {
  const link = freshLink(server);
  // What arrives at one is what the other gathered.
  const ada = await come(server, browsers.giver, link, "Ada", proxy && { proxy, side: "b" });
  const bo = await come(server, browsers.taker, link, "Bo", proxy && { proxy, side: "a" });
  await linked(ada, "Bo");
  return { ada, bo };
}

export interface Given {
  /** MiB a second, from the first byte that is there to the end: on disk, checked. */
  readonly rate: number;
  readonly firstByteMs: number;
}
export async function give(pair: Pair, files: readonly MadeFile[]): Promise<Given> {
  await offerFiles(pair.ada, files);
  return take(
    pair,
    files.reduce((sum, file) => sum + file.size, 0),
  );
}
/** Gives a file of the disk, of so many bytes. */
export async function giveChosen(pair: Pair, path: string, size: number): Promise<Given> {
  await offerChosen(pair.ada, path);
  return take(pair, size);
}
async function take({ bo }: Pair, all: number): Promise<Given> {
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

export async function discardAll(tab: TestPage): Promise<void> {
  await tab.page.evaluate(async () => {
    for (const taking of window.room.files.takings) taking.stopSharing();
    for (const one of await window.room.files.kept()) await one.discard().catch(() => {});
  });
}
