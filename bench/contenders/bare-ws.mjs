// The least a relay can do with JSON: parse, find the receiver, say who it is from, serialise again.
import { WebSocketServer } from "ws";

const sockets = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => {
  console.log(`ready at http://127.0.0.1:${server.address().port}`);
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
