import type { TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/** One thing that happened in a room as an SDK page saw it. */
export interface Witnessed {
  readonly event: "peer" | "peer-changed" | "peer-left" | "state" | "said" | "notice";
  /** A peer's name and id, a state, or a text. */
  readonly what: string;
  readonly id?: string;
  readonly detail?: string;
  /** Milliseconds since 1970 in the page. */
  readonly at: number;
}

/** Makes a page that joined with the SDK write down everything that happens from now on. */
export async function witness(tab: TestPage): Promise<void> {
  await tab.page.evaluate(() => {
    const seen: Witnessed[] = [];
    window.kept["seen"] = seen;
    const note = (event: Witnessed["event"], what: string, id?: string, detail?: string): void => {
      seen.push({
        event,
        what,
        at: Date.now(),
        ...(id === undefined ? {} : { id }),
        ...(detail === undefined ? {} : { detail }),
      });
    };
    const { room } = window;
    room.on("peer", (peer) => note("peer", peer.name, peer.id));
    room.on("peer-changed", (peer) => note("peer-changed", peer.name, peer.id, peer.presence));
    room.on("peer-left", (peer, reason) => note("peer-left", peer.name, peer.id, reason));
    room.on("state", (state) => note("state", state));
    room.on("said", (message) => note("said", message.text, message.id));
    room.on("notice", (notice) => note("notice", notice.text));
  });
}

export function witnessed(tab: TestPage): Promise<Witnessed[]> {
  return tab.page.evaluate(() => window.kept["seen"] as Witnessed[]);
}

/** Waits for an event that fits. */
export function seen(
  tab: TestPage,
  what: string,
  fits: (one: Witnessed) => boolean,
  timeoutMs?: number,
): Promise<Witnessed> {
  let all: readonly Witnessed[] = [];
  const found = async () => {
    all = await witnessed(tab);
    return all.find(fits);
  };
  return until(what, found, timeoutMs).catch((cause: Error) => {
    throw new Error(`${cause.message}; seen so far: ${JSON.stringify(all.slice(-20))}`, { cause });
  });
}
