// The least a relay can do with JSON: parse, find the receiver, say who it is from, serialise again.
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { WebSocketServer } from "ws";
import { place } from "./listen.mjs";

const { host, port, tls } = place;
const sockets = new Map();
const carrier = tls ? createTlsServer(tls) : createServer();
const server = new WebSocketServer({ server: carrier });
carrier.listen(port, host, () => {
  console.log(`ready at http${tls ? "s" : ""}://${host}:${carrier.address().port}`);
});
server.on("connection", (socket, request) => {
  const id = new URL(request.url, "http://localhost").searchParams.get("id");
  sockets.set(id, socket);
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    const to = sockets.get(message.to);
    message.from = id;
    to?.send(JSON.stringify(message));
  });
  socket.on("close", () => sockets.delete(id));
});
