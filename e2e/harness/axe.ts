import axe from "axe-core";
import type { CDPSession, MediaFeature, Page } from "puppeteer-core";
import type { TestPage } from "./browsers.ts";

/** What axe complains of, in light and in dark, as short lines; empty when all is well. */
export async function complaints(tab: TestPage): Promise<string> {
  const { page } = tab;
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const theme of ["light", "dark"] as const) {
    await wear(tab, theme);
    const results = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
      );
    });
    found.push(...results.map((line) => `${theme}: ${line}`));
  }
  if (tab.engine === "firefox") await page.evaluate(() => delete document.documentElement.dataset["theme"]);
  return found.join("\n");
}

/** What a page is told lasts for as long as the session that told it. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Makes Chromium say so to style sheets; whatever it said before is over. */
export async function pretend({ page }: TestPage, features: readonly MediaFeature[]): Promise<void> {
  const session = sessions.get(page) ?? page.createCDPSession();
  sessions.set(page, session);
  await (await session).send("Emulation.setEmulatedMedia", { features: [...features] });
}

/** Nothing fades while it is looked at. */
async function wear(tab: TestPage, theme: "light" | "dark"): Promise<void> {
  if (tab.engine === "chromium") {
    await pretend(tab, [
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    return;
  }
  // Firefox can't be told such things while it runs: it gets the theme by the page's own choice of it, and what moves is at its end.
  await tab.page.evaluate((chosen) => {
    document.documentElement.dataset["theme"] = chosen;
    for (const one of document.getAnimations())
      if (one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) one.finish();
  }, theme);
}
