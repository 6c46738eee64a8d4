// One on air, many who look on. The server introduces each viewer to the one on air, and carries no picture.
import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";
import { startSite, watchHeartbeats } from "../site/site.mjs";

/** Each viewer costs the one on air another upload of the same picture. */
const mostViewers = 8;

const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
watchHeartbeats(sockets);
let onAir;
const viewers = new Map();

const say = (socket, message) => socket?.send(JSON.stringify(message));

function parse(data) {
  try {
    const { to, signal } = JSON.parse(data.toString());
    return { to, signal };
  } catch {
    return {};
  }
}

function goOnAir(socket) {
  if (onAir !== undefined) {
    socket.close(4001, "somebody is on air");
    return;
  }
  onAir = socket;
  for (const [id, viewer] of viewers) {
    say(viewer, { type: "live" });
    say(socket, { type: "viewer", id });
  }
  socket.on("message", (data) => {
    const { to, signal } = parse(data);
    say(viewers.get(to), { type: "signal", signal });
  });
  socket.on("close", () => {
    onAir = undefined;
    for (const viewer of viewers.values()) say(viewer, { type: "over" });
  });
}

function look(socket) {
  if (viewers.size === mostViewers) {
    socket.close(4002, "no place left");
    return;
  }
  const id = randomUUID();
  viewers.set(id, socket);
  say(socket, { type: onAir === undefined ? "over" : "live" });
  say(onAir, { type: "viewer", id });
  socket.on("message", (data) => say(onAir, { type: "signal", id, signal: parse(data).signal }));
  socket.on("close", () => {
    viewers.delete(id);
    say(onAir, { type: "gone", id });
  });
}

sockets.on("connection", (socket, request) => {
  socket.on("error", () => {});
  if (request.url.endsWith("?on-air")) goOnAir(socket);
  else look(socket);
});

startSite("One-way stream", {
  folder: new URL("page/", import.meta.url),
  port: 3009,
  route: (path) => (path === "/on-air" ? "/on-air.html" : undefined),
  sockets: { "/socket": sockets },
});
