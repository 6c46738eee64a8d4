// As PeerJS's documentation has it: one connection for the call, one for data.
import { camera, iceServers, parameters, play } from "./setup.js";

const { Peer } = window.peerjs;
const server = new URL(parameters.get("server"));
const options = {
  host: server.hostname,
  port: Number(server.port),
  path: "/",
  secure: server.protocol === "https:",
  config: { iceServers },
};
const hostId = `${parameters.get("room")}-host`;

await play({
  host: () =>
    new Promise((resolve) => {
      const peer = new Peer(hostId, options);
      peer.on("open", resolve);
      peer.on("call", (call) => {
        call.on("stream", (stream) => window.gotStream(stream));
        call.answer(camera);
      });
      peer.on("connection", (data) => data.on("open", () => data.send("x")));
    }),
  guest() {
    const peer = new Peer(options);
    peer.on("open", () => {
      const call = peer.call(hostId, camera);
      call.on("stream", (stream) => window.gotStream(stream));
      const data = peer.connect(hostId);
      data.on("data", () => window.gotByte());
    });
  },
});
