// A first WebSocket server: what comes in goes back, reversed.
import { WebSocketServer } from "ws";
import { startSite } from "../site/site.mjs";

const sockets = new WebSocketServer({ noServer: true, maxPayload: 10_000 });
// Letters as people see them: an emoji of several code points must not be turned inside out.
const letters = new Intl.Segmenter();

sockets.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const text = data.toString();
    socket.send(
      [...letters.segment(text)]
        .map(({ segment }) => segment)
        .reverse()
        .join(""),
    );
  });
});

startSite("Echo, reversed", {
  folder: new URL("page/", import.meta.url),
  port: 3004,
  sockets: { "/echo": sockets },
});
