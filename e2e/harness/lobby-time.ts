import type { TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/**
 * Milliseconds from the first byte of the page until its lobby screen can be used, once for each of `loads`, once the page was served
 * before, on a processor `slowness` times slower than this one.
 */
export async function timesToLobby(
  tab: TestPage,
  link: string,
  slowness: number,
  loads: number,
): Promise<number[]> {
  await tab.page.goto(link, { waitUntil: "networkidle0" });
  await tab.page.evaluateOnNewDocument(() => {
    const look = (): void => {
      const isThere = [...document.querySelectorAll("button")].some(
        ({ textContent }) => textContent?.trim() === "Join",
      );
      if (isThere) window.kept["usableAt"] = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await tab.page.emulateCPUThrottling(slowness);
  const times: number[] = [];
  for (let turn = 0; turn < loads; turn++) {
    await tab.page.goto(link);
    times.push(
      await until("the lobby screen", () =>
        tab.page.evaluate(() => {
          const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
          const usableAt = window.kept["usableAt"] as number | undefined;
          return usableAt === undefined || navigation === undefined
            ? undefined
            : usableAt - navigation.responseStart;
        }),
      ),
    );
  }
  return times;
}
