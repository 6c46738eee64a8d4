// Rooms and events as socket.io's documentation shows them: everyone joins a room of their own id.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
io.on("connection", (socket) => {
  const { id } = socket.handshake.query;
  socket.join(id);
  socket.on("signal", ({ to, data }) => io.to(to).emit("signal", { from: id, data }));
});
http.listen(0, "127.0.0.1", () => console.log(`ready at http://127.0.0.1:${http.address().port}`));
