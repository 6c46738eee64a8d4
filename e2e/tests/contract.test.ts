import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, sharedBrowser } from "../harness/browsers.ts";
import { projectRoot } from "../harness/server.ts";

// What the link's tests believe of a connection, asked of the browsers themselves: the fake one of the testkit keeps the same contract.

declare global {
  interface Window {
    parlourConnectionContract?: () => Promise<{ checks: number; problems: Record<string, string> }>;
  }
}

let script = "";
const server = createServer((request, response) => {
  const isScript = request.url === "/contract.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(
    isScript
      ? script
      : '<!doctype html><title>contract</title><link rel="icon" href="data:,"><script type="module" src="/contract.js"></script>',
  );
});

describe("the contract of a connection", () => {
  beforeAll(async () => {
    const { output } = await build({
      input: `${projectRoot}packages/client/browser/link/connection-contract.page.ts`,
      platform: "browser",
      resolve: { conditionNames: ["source", "browser", "import", "default"] },
      write: false,
    });
    script = output[0].code;
    await new Promise<void>((resolve) => server.listen(0, resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each<Engine>(["chromium", "firefox"])("holds in %s", async (engine) => {
    const tab = await (await sharedBrowser(engine)).openPage();
    try {
      await tab.page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await tab.page.waitForFunction(() => window.parlourConnectionContract !== undefined, {
        timeout: 30_000,
      });
      const outcome = await tab.page.evaluate(() => window.parlourConnectionContract?.());
      expect(outcome?.problems).toEqual({});
      expect(outcome?.checks).toBeGreaterThan(5);
    } finally {
      await tab.close();
    }
  });
});
