import type { Diagnosis } from "@parlour/client";
import type { TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/** What a page with the SDK says of its link to that one (or to the only one); undefined while it says nothing. */
export function findingOf({ page }: TestPage, name?: string): Promise<Diagnosis | undefined> {
  return page.evaluate((wanted) => {
    const all = [...window.room.peers.values()];
    const { diagnosis } =
      (wanted === undefined ? all[0] : all.find((one) => one.name === wanted))?.link ?? {};
    return diagnosis && { ...diagnosis };
  }, name);
}

/** What finds out about trouble, and what ends it, is there: it can't be loaded over a network, or from a server, that is gone. */
export const looksAtLinks = ({ page }: TestPage): Promise<unknown> =>
  until("what looks at links", () =>
    page.evaluate(() => {
      const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      return [/watch-[\w-]+\.js$/, /rest-[\w-]+\.js$/].every((part) =>
        entries.some(({ name, responseEnd }) => part.test(name) && responseEnd > 0),
      );
    }),
  );

/** Everyone whom it knows, and how its link to them stands: for when it has found nothing. */
const linksOf = ({ page }: TestPage): Promise<unknown> =>
  page.evaluate(() => ({
    room: window.room.state,
    links: [...window.room.peers.values()].map(({ name, presence, link }) => [
      name,
      presence,
      link.state,
      link.connection?.connectionState,
      link.connection?.iceConnectionState,
      link.connection?.sctp?.state,
    ]),
  }));

/** Waits until it says that, and a sentence for people with it. */
export async function finds(
  tab: TestPage,
  code: string,
  side?: "here" | "there",
  name?: string,
  timeoutMs?: number,
): Promise<Diagnosis> {
  const wanted = JSON.stringify({ code, side });
  let last = "nothing";
  return until(
    `the finding ${wanted}`,
    async () => {
      const found = await findingOf(tab, name);
      last = JSON.stringify(found ?? (await linksOf(tab)));
      if (found?.sentence === "" || found?.hint === "") throw new Error(`${code} has no sentence`);
      return found?.code === code && found.side === side ? found : undefined;
    },
    timeoutMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; it says ${last}`);
  });
}
