// One chat, three ways to hear of a message. What each of them costs is counted in counting.mjs.
import { WebSocketServer } from "ws";
import { startSite, textOf } from "../site/site.mjs";
import { countRequests, countSocket, counts } from "./counting.mjs";

const mostMessages = 100;
const mostLetters = 500;
const mostBytes = 4 * mostLetters;
const mostWaiting = 200;
/** Shorter than the half minute after which many proxies give up. */
const mostWaitMs = 25_000;

let messages = [];
let lastNumber = 0;
/** Requests that are answered as soon as there is something to say: long polling. */
const waiting = new Set();
const sockets = new WebSocketServer({ noServer: true, maxPayload: mostBytes });

const newsAfter = (number) => messages.filter((message) => message.number > number);

function say(text) {
  if (text.trim() === "") return;
  lastNumber += 1;
  const message = { number: lastNumber, text: text.slice(0, mostLetters) };
  messages = [...messages, message].slice(-mostMessages);
  for (const { tell } of [...waiting]) tell();
  for (const socket of sockets.clients) socket.send(JSON.stringify([message]));
}

function sendJson(response, value) {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

async function answer(request, response, url) {
  if (url.pathname !== "/messages") return false;
  if (request.method === "POST") {
    const text = await textOf(request, mostBytes);
    if (text !== undefined) say(text);
    // Too long: the connection ends with the answer, since the rest of the request was not read.
    response
      .writeHead(text === undefined ? 413 : 204, text === undefined ? { connection: "close" } : {})
      .end();
    return true;
  }
  const last = Number(url.searchParams.get("after") ?? 0);
  const news = newsAfter(last);
  // Short polling gets its answer at once, mostly an empty one. Long polling waits until there is news.
  if (news.length > 0 || !url.searchParams.has("wait") || waiting.size >= mostWaiting) {
    sendJson(response, news);
  } else {
    const one = {
      tell() {
        waiting.delete(one);
        sendJson(response, newsAfter(last));
      },
    };
    const timer = setTimeout(one.tell, mostWaitMs);
    waiting.add(one);
    response.on("close", () => {
      clearTimeout(timer);
      waiting.delete(one);
    });
  }
  return true;
}

sockets.on("connection", (socket, request) => {
  socket.on("error", () => {});
  countSocket(request);
  const { searchParams } = new URL(request.url, "http://localhost");
  const news = newsAfter(Number(searchParams.get("after") ?? 0));
  if (news.length > 0) socket.send(JSON.stringify(news));
  socket.on("message", (data) => say(data.toString()));
});

const server = startSite("HTTP chat", {
  folder: new URL("page/", import.meta.url),
  port: 3003,
  answer,
  sockets: { "/socket": sockets, "/counts": counts },
});
countRequests(server);
