import { afterEach, expect } from "vitest";
import { complaints } from "./axe.ts";
import { type Engine, sharedBrowser, type TestPage } from "./browsers.ts";
import { startExample } from "./example.ts";
import { until } from "./waiting.ts";

/** Waits until the text of an element is so, and gives it. */
export const shows = (tab: TestPage, selector: string, pattern: RegExp): Promise<string> =>
  until(`${pattern} in ${selector}`, async () => {
    const text = await tab.page.evaluate(
      (where) => document.querySelector(where)?.textContent ?? "",
      selector,
    );
    return pattern.test(text) && text;
  });

/** Examples and pages that end with each test. */
export function useExamples() {
  let closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    const mine = closers.reverse();
    closers = [];
    for (const close of mine) await close().catch(() => {});
  });
  /** Prepares the page before it goes there. */
  const openWith = async (
    engine: Engine,
    url: string,
    prepare: (tab: TestPage) => Promise<void>,
  ): Promise<TestPage> => {
    const tab = await (await sharedBrowser(engine)).openPage();
    closers.push(() => tab.close());
    await prepare(tab);
    await tab.page.goto(url);
    return tab;
  };
  const open = (engine: Engine, url: string): Promise<TestPage> => openWith(engine, url, async () => {});
  return {
    /** Gives the address of a fresh one. */
    async start(name: string): Promise<string> {
      const example = await startExample(name);
      closers.push(() => example.close());
      return example.url;
    },
    open,
    openWith,
    closeLater: (close: () => Promise<unknown>): void => void closers.push(close),
    /** Asked nobody but its own server, complained of nothing, passes axe in light and dark, and fits a phone. Changes the window. */
    async looksRight(tab: TestPage): Promise<void> {
      const { host } = new URL(tab.page.url());
      const elsewhere = (await tab.allRequests()).filter(
        (url) => !/^(blob|data):/.test(url) && new URL(url, tab.page.url()).host !== host,
      );
      expect(elsewhere).toEqual([]);
      expect(tab.problems).toEqual([]);
      // Firefox can't be told light from dark by a test; the rules are the same for both.
      if (tab.engine === "chromium") expect(await complaints(tab)).toBe("");
      await tab.page.setViewport({ width: 390, height: 844 });
      await until("nothing wider than a phone", () =>
        tab.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      );
    },
  };
}
