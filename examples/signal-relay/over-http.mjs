// The same relay for those who come by HTTP: they post what they say, and long-poll for what they are told.
import { randomUUID } from "node:crypto";
import { textOf } from "../site/site.mjs";

const mostVisitors = 200;
const mostQueued = 100;
const pollMs = 25_000;
/** Who asks for nothing this long is gone. */
const silenceMs = 35_000;

export function relayOverHttp(pairs, { mostBytes }) {
  /** By an id that nobody can guess, which is all that a visitor has to show. */
  const visitors = new Map();

  function enter(response) {
    const queue = [];
    let isOver = false;
    let poll;
    let silence;
    const id = randomUUID();
    const { role, pass, leave } = pairs.enter({
      deliver(text) {
        // Who takes nothing any more loses what is too much.
        if (queue.length < mostQueued) queue.push(text);
        flush();
      },
      end() {
        isOver = true;
        flush();
      },
    });
    const go = () => {
      clearTimeout(silence);
      visitors.delete(id);
      leave();
      reply(204);
    };
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(go, silenceMs);
    };
    const reply = (status, text) => {
      const open = poll;
      poll = undefined;
      if (open === undefined) return;
      clearTimeout(open.timer);
      open.response.writeHead(status, {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
      });
      open.response.end(text);
    };
    const flush = () => {
      if (poll === undefined) return;
      if (queue.length > 0) reply(200, queue.shift());
      else if (isOver) {
        reply(410);
        go();
      }
    };
    visitors.set(id, {
      pass,
      go,
      next(later) {
        listen();
        reply(204);
        const mine = { response: later, timer: setTimeout(() => reply(204), pollMs) };
        poll = mine;
        later.on("close", () => {
          clearTimeout(mine.timer);
          if (poll === mine) poll = undefined;
        });
        flush();
      },
    });
    listen();
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ id, role }));
  }

  return async function answer(request, response, url) {
    const isPost = request.method === "POST";
    if (url.pathname === "/http/enter" && isPost) {
      if (visitors.size < mostVisitors) enter(response);
      else response.writeHead(503).end();
      return true;
    }
    const [, id, act] = /^\/http\/([\w-]{36})\/(send|next|leave)$/.exec(url.pathname) ?? [];
    if (id === undefined) return false;
    const visitor = visitors.get(id);
    if (visitor === undefined) response.writeHead(410).end();
    else if (act === "next" && !isPost) visitor.next(response);
    else if (act === "leave" && isPost) {
      visitor.go();
      response.writeHead(204).end();
    } else if (act === "send" && isPost) {
      const text = await textOf(request, mostBytes);
      if (text !== undefined) visitor.pass(text);
      response
        .writeHead(text === undefined ? 413 : 204, text === undefined ? { connection: "close" } : {})
        .end();
    } else response.writeHead(405).end();
    return true;
  };
}
