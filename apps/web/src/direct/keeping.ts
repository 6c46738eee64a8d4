import { type ReadonlySignal, signal } from "@preact/signals";

const kept = signal(false);
/** Whether this page is on this device, and opens without its server. */
export const isKept: ReadonlySignal<boolean> = kept;

/** Has the page kept by its service worker, where the browser has such. */
export async function keepPage(): Promise<void> {
  try {
    const { serviceWorker } = navigator;
    await serviceWorker.register("/direct-worker.js", { scope: "/direct" });
    // Workers of the page belong to who keeps their own address (HTML, "worker processing model").
    await serviceWorker.register("/direct-worker.js", { scope: "/assets/" });
    const { active } = await serviceWorker.ready;
    kept.value = active !== null;
  } catch {
    // Private windows and pages without HTTPS have none; the page works as long as its server is there.
  }
}
