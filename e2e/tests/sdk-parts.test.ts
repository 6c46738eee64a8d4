import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

/** The module of what nobody needs to be connected. */
const beside = /\/sdk\/parlour-beside-\w+\.js$/;

describe("what the SDK loads beside a room", () => {
  const stage = useStage();

  it.each<Engine>(["chromium", "firefox"])(
    "[S62] %s: without it people join and talk; what needs it rejects with a code, and asks for it anew",
    async (engine) => {
      const link = `${stage.server.url}/r/${stage.roomName("parts")}`;
      const blocked = await stage.sdkPage(engine);
      const { page } = blocked;
      let isBlocked = true;
      await page.setRequestInterception(true);
      const refused: string[] = [];
      page.on("request", (request) => {
        const isRefused = isBlocked && beside.test(request.url());
        if (isRefused) refused.push(request.url());
        (isRefused ? request.abort("failed") : request.continue()).catch(() => {});
      });
      await page.evaluate(async (at) => {
        window.room = await window.sdk.joinRoom(at, { name: "Ada", media: false });
      }, link);
      const other = await stage.member("chromium", { link, name: "Bo", media: false });
      await linked(blocked, "Bo");
      await linked(other, "Ada");
      const said = page.evaluate(
        () =>
          new Promise((resolve) => {
            window.room.channel("words").on("message", resolve);
          }),
      );
      await other.page.evaluate(() => window.room.channel("words").send("hello"));
      expect(await said).toBe("hello");
      const inspected = () =>
        page.evaluate(() =>
          window.room.inspect().then(
            ({ links }) => `links ${links.length}`,
            ({ code, hint }) => `${code}: ${hint}`,
          ),
        );
      expect(await inspected()).toMatch(/^unreachable: ./);
      expect(refused.length).toBeGreaterThan(0);
      isBlocked = false;
      // Firefox does not ask again for a module that it could not have, until the page is reloaded.
      if (engine === "firefox") return;
      expect(await inspected()).toBe("links 1");
      expect(
        await page.evaluate(() => window.room.host.set({ title: "Tea" }).then(() => window.room.title)),
      ).toBe("Tea");
    },
  );

  it.each<Engine>(["chromium", "firefox"])(
    "[S62] %s: it comes by itself once one is in, so that it is there while the server is away",
    async (engine) => {
      const link = `${stage.server.url}/r/${stage.roomName("early")}`;
      const { page } = await stage.member(engine, { link, name: "Ada", media: false });
      await until("the module", () =>
        page.evaluate(() =>
          performance
            .getEntriesByType("resource")
            .some(({ name }) => /\/sdk\/parlour-beside-\w+\.js$/.test(name)),
        ),
      );
      await stage.server.kill();
      expect(await page.evaluate(async () => (await window.room.inspect()).links)).toEqual([]);
      await stage.server.start();
    },
  );
});
