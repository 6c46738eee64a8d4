// Rooms for two over a WebSocket. What a room is stands in rooms.mjs; here are only sockets.
import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";
import { startSite, watchHeartbeats } from "../site/site.mjs";
import { createRooms, parse } from "./rooms.mjs";

const rooms = createRooms();
const people = new Map();
const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
// A connection that drops without a word ends a visit like a closed page.
watchHeartbeats(sockets);

const tell = (all) => {
  for (const [id, message] of all) people.get(id)?.send(JSON.stringify(message));
};

sockets.on("connection", (socket) => {
  const id = randomUUID().slice(0, 8);
  people.set(id, socket);
  tell([[id, { type: "id", id }]]);
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const message = parse(data.toString());
    if (message === undefined) socket.close(1008, "not understood");
    else tell(rooms.ask(id, message));
  });
  socket.on("close", () => {
    people.delete(id);
    tell(rooms.gone(id));
  });
});

startSite("Two-person room", {
  folder: new URL("page/", import.meta.url),
  port: 3006,
  sockets: { "/socket": sockets },
});
