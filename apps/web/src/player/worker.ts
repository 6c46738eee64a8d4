import {
  answerMost,
  dataHeaders,
  type Facts,
  pageHeaders,
  playerPage,
  playerStyle,
  rangeOf,
  styleHeaders,
} from "./answer.ts";
import type { PlayerQuestion, PlayerReply } from "./messages.ts";

/**
 * The player's service worker. It answers for addresses under its scope alone, which only frames that the room's page opens ever ask for, and
 * knows nothing: each request is passed on to the pages of this origin, and the one that plays that file has the bytes. So it may be ended and
 * started again at any time.
 */

/** The part of `ServiceWorkerGlobalScope` in use; the types that a page has know none. */
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void;
  addEventListener(type: "message", listener: () => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: {
      readonly type: "window";
      readonly includeUncontrolled: true;
    }): Promise<readonly Page[]>;
  };
  readonly registration: { readonly scope: string };
}
interface LifeEvent {
  waitUntil(promise: Promise<unknown>): void;
}
interface RequestEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Page {
  postMessage(message: PlayerQuestion, transfer: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;

/** A page that says nothing at all for this long has none of it: another program's, or one that is being closed. */
const silenceMs = 30_000;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
// Being spoken to is what keeps it alive.
scope.addEventListener("message", () => undefined);
scope.addEventListener("fetch", (event) => {
  const base = new URL(scope.registration.scope);
  const address = new URL(event.request.url);
  if (address.origin !== base.origin || !address.pathname.startsWith(base.pathname)) return;
  event.respondWith(answer(event.request, address.pathname.slice(base.pathname.length), base.pathname));
});

async function answer(request: Request, path: string, base: string): Promise<Response> {
  if (path === "player.css") return new Response(playerStyle, { headers: styleHeaders });
  const [, kind = "", id = ""] = /^(play|data)\/([\w-]{1,64})$/.exec(path) ?? [];
  const found = id === "" ? undefined : await ask({ parlourPlayer: id });
  if (found === undefined || !("facts" in found)) return new Response(null, { status: 404 });
  const { facts } = found;
  if (kind === "play")
    return new Response(playerPage(facts, `${base}data/${id}`, `${base}player.css`), {
      headers: pageHeaders,
    });
  const range = rangeOf(request.headers.get("range"), facts.size);
  const headers = dataHeaders(facts, range);
  if (range.kind === "beyond") return new Response(null, { status: 416, headers });
  if (range.kind === "whole") return new Response(wholeOf(id, facts), { headers });
  // The whole answer at once: a body that comes bit by bit is cut off when the browser ends the worker meanwhile.
  const bytes = await bytesOf(id, range.start, range.end - range.start);
  if (bytes === undefined) return new Response(null, { status: 503, headers: { "retry-after": "1" } });
  return new Response(bytes, { status: 206, headers });
}

/** Everything from the first byte on, read only as fast as it is taken. */
function wholeOf(id: string, { size }: Facts): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (at >= size) return controller.close();
        const bytes = await bytesOf(id, at, Math.min(answerMost, size - at));
        if (bytes === undefined) return controller.error(new Error("It can't be read any more."));
        at += bytes.length;
        controller.enqueue(bytes);
        if (at >= size) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function bytesOf(
  id: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reply = await ask({ parlourPlayer: id, want: { offset, length } });
  return reply !== undefined && "bytes" in reply ? reply.bytes : undefined;
}

/** Asks all pages; the first one that has it counts. */
async function ask(question: PlayerQuestion): Promise<PlayerReply | undefined> {
  const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const replies = pages.map(
    (page) =>
      new Promise<PlayerReply>((resolve, reject) => {
        const { port1, port2 } = new MessageChannel();
        const silent = () => reject(new Error("nobody answers"));
        let timer = setTimeout(silent, silenceMs);
        port1.onmessage = ({ data }: MessageEvent<PlayerReply>) => {
          clearTimeout(timer);
          if ("wait" in data) {
            timer = setTimeout(silent, silenceMs);
            return;
          }
          port1.close();
          if ("nothing" in data) reject(new Error("nothing of it is here"));
          else resolve(data);
        };
        page.postMessage(question, [port2]);
      }),
  );
  return Promise.any(replies).catch(() => undefined);
}
