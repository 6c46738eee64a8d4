// What each way costs: bytes as they go over the connection, headers included. Connections live on from one request to the next, so each
// request has cost what its connection carried since the one before it ended.
import { WebSocketServer } from "ws";

/** By visitor, for as long as the page that shows them is open. */
const counters = new Map();
const marks = new WeakMap();

const visitorOf = (request) => {
  const { searchParams } = new URL(request.url, "http://localhost");
  return { who: searchParams.get("who") ?? "", way: searchParams.get("way") };
};

/** Counts every request of that server for the visitor and the way that its query names. */
export function countRequests(server) {
  server.on("request", (request, response) => {
    const { socket } = request;
    response.on("close", () => {
      const before = marks.get(socket) ?? { read: 0, written: 0 };
      const now = { read: socket.bytesRead, written: socket.bytesWritten };
      marks.set(socket, now);
      const { who, way } = visitorOf(request);
      const count = counters.get(who)?.[way];
      if (count === undefined) return;
      count.requests += 1;
      count.up += now.read - before.read;
      count.down += now.written - before.written;
    });
  });
}

/** Counts a WebSocket, from the request that opened it on. */
export function countSocket(request) {
  const { socket } = request;
  const count = counters.get(visitorOf(request).who)?.socket;
  if (count === undefined) return;
  count.requests += 1;
  count.open = socket;
  socket.once("close", () => {
    // What it carried stays counted when another takes its place.
    count.up += socket.bytesRead;
    count.down += socket.bytesWritten;
    if (count.open === socket) count.open = undefined;
  });
}

function shown({ short, long, socket: { open, ...socket } }) {
  const up = socket.up + (open?.bytesRead ?? 0);
  const down = socket.down + (open?.bytesWritten ?? 0);
  return JSON.stringify({ short, long, socket: { ...socket, up, down } });
}

/** Counts reach the page by a socket of their own, which is not counted. */
export const counts = new WebSocketServer({ noServer: true, maxPayload: 100 });
counts.on("connection", (socket, request) => {
  socket.on("error", () => {});
  const { who } = visitorOf(request);
  if (!/^[\w-]{10,40}$/.test(who) || counters.has(who)) {
    socket.close(1008);
    return;
  }
  const none = () => ({ requests: 0, up: 0, down: 0 });
  const mine = { short: none(), long: none(), socket: none() };
  counters.set(who, mine);
  let told = "";
  const tell = () => {
    const now = shown(mine);
    if (now !== told) socket.send(now);
    told = now;
  };
  tell();
  const timer = setInterval(tell, 250);
  socket.on("close", () => {
    clearInterval(timer);
    counters.delete(who);
  });
});
