import type { SessionInput } from "../../core/session/index.ts";

/**
 * A page whose timers are this late was stopped: a laptop asleep, or a machine that had no time for it. Browsers slow timers of hidden pages
 * less, while they have connections.
 */
const sleptMs = 10_000;

/** Tells the session what happens to its page, until it is aborted. Outside of a page (tests, a terminal) there is nothing to tell. */
export function watchPage(put: (input: SessionInput) => void, signal: AbortSignal): void {
  if (signal.aborted || typeof document !== "object") return;
  const network = (): void => put({ type: "network" });
  const wake = (): void => put({ type: "wake" });
  const seen = (): void => {
    if (document.visibilityState === "visible") wake();
  };
  addEventListener("online", network, { signal });
  let at = Date.now();
  // A page that slept hears of it from nobody but the clock on the wall.
  const clock = setInterval(() => {
    const before = at;
    at = Date.now();
    if (at - before > sleptMs) put({ type: "slept" });
  }, 1_000);
  signal.addEventListener("abort", () => clearInterval(clock));
  addEventListener("pageshow", wake, { signal });
  addEventListener("pagehide", () => put({ type: "hide" }), { signal });
  document.addEventListener("visibilitychange", seen, { signal });
}
