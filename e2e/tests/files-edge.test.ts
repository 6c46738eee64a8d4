import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EdgePage } from "../../packages/transfer/browser/edge-contract.page.ts";
import { type Engine, launchBrowser, type TestBrowser } from "../harness/browsers.ts";
import { projectRoot } from "../harness/server.ts";

// What a transfer relies on in a browser: its disk, its database, its keys. Each engine with a profile of its own, since private
// contexts keep files in memory.

declare global {
  interface Window {
    parlourEdge?: EdgePage;
  }
}

const scripts = new Map<string, string>();
const server = createServer((request, response) => {
  const script = scripts.get(request.url ?? "");
  response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
  response.end(
    script ??
      '<!doctype html><title>edge</title><link rel="icon" href="data:,"><script type="module" src="/edge.js"></script>',
  );
});

async function bundle(entry: string): Promise<string> {
  const { output } = await build({
    input: `${projectRoot}packages/transfer/browser/${entry}`,
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "default"] },
    write: false,
  });
  return output[0].code;
}

/** A quota in bytes for Chromium (as its developer tools set it), and the same from the first on for Firefox (kilobytes). */
const small = 60 * 1024 * 1024;
const firefoxQuota = { "dom.quotaManager.temporaryStorage.fixedLimit": 300 * 1024 };

describe.each<Engine>(["chromium", "firefox"])("files in %s", (engine) => {
  let browser: TestBrowser;
  const open = async () => {
    const page = await browser.browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => window.parlourEdge !== undefined, { timeout: 30_000 });
    return page;
  };

  beforeAll(async () => {
    if (scripts.size === 0) {
      scripts.set("/edge.js", await bundle("edge-contract.page.ts"));
      scripts.set("/worker.js", await bundle("storage/worker.ts"));
      await new Promise<void>((resolve) => server.listen(0, resolve));
    }
    browser = await launchBrowser(engine, { preferences: firefoxQuota });
  });
  afterAll(async () => {
    await browser.close();
    if (engine === "firefox") server.close();
  });

  it("[F101][F102][F103][F104][F105] the disk keeps the contract of storages, also when there is no room", async () => {
    const page = await open();
    if (engine === "chromium") {
      const tools = await page.createCDPSession();
      await tools.send("Storage.overrideQuotaForOrigin", {
        origin: new URL(page.url()).origin,
        quotaSize: small,
      });
    }
    const size = 400 * 1024 * 1024;
    const tooLarge = { size, code: "disk-full" };
    expect(await page.evaluate((more) => window.parlourEdge?.storage(more), { tooLarge })).toEqual({});
    await page.close();
  });

  it("[F103] what a page wrote is there for the next one, also when it did not close it", async () => {
    const page = await open();
    await page.evaluate(() => window.parlourEdge?.leave("left-behind"));
    await page.reload();
    await page.waitForFunction(() => window.parlourEdge !== undefined, { timeout: 30_000 });
    expect(await page.evaluate(() => window.parlourEdge?.find("left-behind"))).toBe("here it is");
    await page.close();
  });

  it("[F105] a file in use elsewhere and a worker that dies are clear failures", async () => {
    const page = await open();
    expect(await page.evaluate(() => window.parlourEdge?.failures())).toEqual([
      "no-permission",
      "no-storage",
      "no-storage",
    ]);
    await page.close();
  });

  it("[F109] journals are kept by key, and gone when they are removed", async () => {
    const page = await open();
    expect(await page.evaluate(() => window.parlourEdge?.journals())).toEqual({
      before: ["again", "t/two/state", "none"],
      keys: ["t/one/hashes", "t/one/state"],
      after: ["s/one", "t/two/state"],
      none: [],
    });
    await page.close();
  });

  it("[F110] keys come back as they were, hashes and checksums are what they should be", async () => {
    const page = await open();
    expect(await page.evaluate(() => window.parlourEdge?.keys())).toEqual({
      isSame: true,
      holds: true,
      other: false,
      noKey: false,
      // FIPS 180-4, the example "abc".
      hash: [0xba, 0x78, 0x16, 0xbf],
    });
    expect(await page.evaluate(() => window.parlourEdge?.checksum())).toBe(true);
    await page.close();
  });
});
