import type { Page } from "puppeteer-core";
import type { Engine } from "./browsers.ts";
import { until } from "./waiting.ts";

/** What is in the clipboard, pasted as a person would into a field that is put into `within`. */
export async function pasted(page: Page, engine: Engine, within = "body"): Promise<string> {
  await page.evaluate((selector) => {
    const field = document.createElement("textarea");
    field.setAttribute("aria-label", "Pasted");
    document.querySelector(selector)?.append(field);
    field.focus();
  }, within);
  await page.keyboard.down("Control");
  await page.keyboard.down("v", engine === "chromium" ? { commands: ["Paste"] } : {});
  await page.keyboard.up("v");
  await page.keyboard.up("Control");
  // A moment after the keys.
  return until("what was copied", () =>
    page.evaluate(
      () => (window.parlourTest.find("textbox", "Pasted") as HTMLTextAreaElement).value || undefined,
    ),
  );
}
