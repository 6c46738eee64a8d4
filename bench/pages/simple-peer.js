// simple-peer with the barest relay: a WebSocket that passes text to the other end.
import { camera, iceServers, parameters, play, say } from "./setup.js";

const { SimplePeer } = window;
const room = parameters.get("room");

function connect(mine, other, initiator, make) {
  const socket = new WebSocket(`${parameters.get("server").replace("http", "ws")}/?id=${room}-${mine}`);
  let peer;
  const start = () => {
    peer = new SimplePeer({ initiator, stream: camera, trickle: true, config: { iceServers } });
    peer.on("signal", (signal) => socket.send(JSON.stringify({ to: `${room}-${other}`, signal })));
    peer.on("stream", (stream) => window.gotStream(stream));
    peer.on("connect", () => peer.send("x"));
    peer.on("data", () => window.gotByte());
    peer.on("close", () => say("the peer was closed"));
    peer.on("error", ({ code }) => say(`error: ${code}`));
  };
  socket.onmessage = ({ data }) => {
    if (peer === undefined) start();
    peer.signal(JSON.parse(data).signal);
  };
  return new Promise((resolve) => {
    socket.onopen = () => {
      if (make) start();
      resolve();
    };
  });
}

await play({
  host: () => connect("host", "guest", false, false),
  guest: () => connect("guest", "host", true, true),
});
