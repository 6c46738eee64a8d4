import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { isKept } from "../harness/direct.ts";
import { personOn } from "../harness/people.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

describe("/direct, kept without its server", () => {
  const stage = useStage();

  it.each<Engine>(["chromium", "firefox"])(
    "[O31][O32] %s: the server's page comes first, the kept one only without it, and nothing else is kept",
    async (engine) => {
      const server = await startServer();
      stage.closeLater(() => server.close());
      const tab = await stage.page(engine);
      const { page } = tab;
      await page.goto(`${server.url}/direct`);
      await isKept(personOn(tab, "Ada"));
      // Each fills the store once more while it is installed.
      const scopes = await until("both workers to be active", () =>
        page.evaluate(async () => {
          const all = await navigator.serviceWorker.getRegistrations();
          return all.every(({ active }) => active) && all.map(({ scope }) => new URL(scope).pathname).sort();
        }),
      );
      expect(scopes).toEqual(["/assets/", "/direct"]);
      // The one in store is made another, which shows whose is shown.
      await page.evaluate(async () => {
        for (const name of await caches.keys()) {
          const cache = await caches.open(name);
          const html = await (await cache.match("/direct"))?.text();
          const headers = { "content-type": "text/html" };
          await cache.put("/direct", new Response(html?.replace("<html", "<html data-kept"), { headers }));
        }
      });
      const isKeptOne = async () => {
        await page.goto(`${server.url}/direct`);
        await personOn(tab, "Ada").sees("button", "Invite someone");
        return page.evaluate(() => document.documentElement.hasAttribute("data-kept"));
      };
      expect(await isKeptOne()).toBe(false);
      await page.goto(`${server.url}/`);
      expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
      await server.kill();
      expect(await isKeptOne()).toBe(true);
      await server.start();
      expect(await isKeptOne()).toBe(false);
    },
  );

  it("[O33] has a manifest that starts at /direct, with icons that are there", async () => {
    const tab = await stage.page("chromium");
    await tab.page.goto(`${stage.server.url}/direct`);
    const tools = await tab.page.createCDPSession();
    const { errors, data } = await tools.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "{}") as {
      start_url: string;
      name: string;
      icons: { src: string; sizes: string }[];
    };
    expect(manifest).toMatchObject({ name: "Parlour", start_url: "/direct" });
    for (const { src, sizes } of manifest.icons) {
      const size = await tab.page.evaluate(async (url) => {
        const { width, height } = await createImageBitmap(await (await fetch(url)).blob());
        return `${width}x${height}`;
      }, src);
      expect(size).toBe(sizes);
    }
    const { installabilityErrors } = await tools.send("Page.getInstallabilityErrors");
    // In a private window nothing is installed; nothing else may stand against it.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  });
});
