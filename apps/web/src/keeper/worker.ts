/**
 * The service worker that keeps `/direct`, so that it opens without its server. It answers for that page, for what the page's build consists
 * of, and for nothing else: rooms and the player of films never meet it.
 *
 * The page itself always comes from the server while that answers, so that nobody is kept on an old one. Its parts have their content in
 * their names, so that one of them in store is as good as the server's. Each build has a store of its own, filled as a whole or not at all; the
 * one before stays, for pages of it that are still open.
 */

/** The part of `ServiceWorkerGlobalScope` in use; the types that a page has know none. */
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}
interface LifeEvent {
  waitUntil(promise: Promise<unknown>): void;
}
interface RequestEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
const scope = globalThis as unknown as WorkerScope;

/** The build writes its files here, `["/assets/…", …]`, and a name for all of them. */
const files = JSON.parse("{{files}}") as readonly string[];
const store = "parlour page {{version}}";
const stores = "parlour page ";
const page = "/direct";
/** A server that takes longer than this counts as gone: nobody waits longer for a page that is here already. */
const patienceMs = 4_000;

scope.addEventListener("install", (event) => event.waitUntil(fill().then(() => scope.skipWaiting())));
scope.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => scope.clients.claim())));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (request.mode === "navigate") {
    if (pathname.replace(/\/$/, "") === page) event.respondWith(fresh(request));
  } else if (pathname.startsWith("/assets/") || files.includes(pathname)) event.respondWith(kept(request));
});

async function fill(): Promise<void> {
  const cache = await caches.open(store);
  const missing = [];
  for (const file of files) if ((await cache.match(file)) === undefined) missing.push(file);
  await cache.addAll(missing);
  // Last, so that a page in store has all its parts there; one of another build is not put to these.
  const answer = await fetch(page, { cache: "reload" });
  const parts = (await answer.clone().text()).match(/\/assets\/[\w.-]+/g) ?? [];
  if (!answer.ok || parts.some((part) => !files.includes(part)))
    throw new Error("the page is of another build");
  await cache.put(page, answer);
}

/** Two builds stay: this one and the one before. */
async function tidy(): Promise<void> {
  const all = (await caches.keys()).filter((name) => name.startsWith(stores) && name !== store);
  await Promise.all(all.slice(0, -1).map((name) => caches.delete(name)));
}

/** From the server, if it answers in time and well; else from the store. */
async function fresh(request: Request): Promise<Response> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined));
  const asked = fetch(request).catch(() => undefined);
  const answer = await Promise.race([asked, late]);
  if (answer?.ok) return answer;
  const found = await (await caches.open(store)).match(page, { ignoreVary: true });
  return found ?? answer ?? (await asked) ?? Response.error();
}

async function kept(request: Request): Promise<Response> {
  const found = await caches.match(request, { ignoreVary: true });
  return found ?? fetch(request);
}
