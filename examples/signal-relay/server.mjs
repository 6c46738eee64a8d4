// A relay for signals that looks at none of them. The first message of each connection is the server's own: the role. Everything after
// comes from the other side as it is, and the end of the connection says that the other side has left.
import { WebSocketServer } from "ws";
import { startSite, watchHeartbeats } from "../site/site.mjs";
import { relayOverHttp } from "./over-http.mjs";
import { createPairs } from "./pairs.mjs";

/** An offer with many candidates has some ten kilobytes. */
const mostBytes = 64 * 1024;

const pairs = createPairs();
const sockets = new WebSocketServer({ noServer: true, maxPayload: mostBytes });
watchHeartbeats(sockets);

sockets.on("connection", (socket) => {
  socket.on("error", () => {});
  const { role, pass, leave } = pairs.enter({
    deliver: (text) => socket.send(text),
    end: () => socket.close(4000, "the other left"),
  });
  socket.send(role);
  socket.on("message", (data) => pass(data.toString()));
  socket.on("close", leave);
});

startSite("Signal relay", {
  folder: new URL("page/", import.meta.url),
  port: 3005,
  sockets: { "/socket": sockets },
  // The same relay without a socket: the carrier does not matter.
  answer: relayOverHttp(pairs, { mostBytes }),
});
