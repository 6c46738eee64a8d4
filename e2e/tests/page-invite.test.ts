import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { pasted } from "../harness/clipboard.ts";
import { personOn } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

describe("the link of a room", () => {
  const stage = useStage();

  it.each(engines)(
    "[W92] %s: a new private room comes with its link, copied, as a QR code and to copy again",
    async (engine) => {
      const tab = await stage.page(engine);
      const { page } = tab;
      const ada = personOn(tab, "Ada");
      // The clipboard belongs to the page that has the focus.
      if (engine === "chromium") {
        await tab.context.overridePermissions(stage.server.url, ["clipboard-sanitized-write"]);
        await page.emulateFocusedPage(true);
      }
      await page.goto(stage.server.url);
      await ada.sees("button", "Start a private room");
      await (await page.$('::-p-aria([name="Start a private room"][role="button"])'))?.click();
      await ada.reads("Your private room is ready, and its link is copied");
      const href = await page.evaluate(() => location.href);
      expect(href).toMatch(/\/r\/[a-z0-9-]+#k=[\w-]{22}$/);
      await until("the QR code", () =>
        page.evaluate(() => document.querySelector('svg[aria-label="The link as a QR code"]') !== null),
      );
      // Pasted again as a person would.
      const text = await pasted(page, engine);
      expect(text).toBe(href);
      expect(tab.problems).toEqual([]);
    },
  );

  it.each(engines)(
    "[W92] %s: a link goes to the system's share sheet, where there is one",
    async (engine) => {
      const tab = await stage.page(engine);
      // Browsers without a screen have none to show.
      await tab.page.evaluateOnNewDocument(() => {
        Object.defineProperty(navigator, "share", {
          value: (shared: ShareData) => {
            window.kept["shared"] = shared;
            // As when the sheet is closed with nothing chosen.
            return Promise.reject(new DOMException("", "AbortError"));
          },
        });
      });
      const ada = personOn(tab, "Ada");
      await tab.page.goto(`${stage.server.url}/new`);
      await ada.press("Share…");
      const href = await tab.page.evaluate(() => location.href);
      expect(await tab.page.evaluate(() => window.kept["shared"])).toEqual({ title: "Parlour", url: href });
      expect(tab.problems).toEqual([]);
    },
  );
});
