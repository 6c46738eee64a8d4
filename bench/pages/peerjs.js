// As PeerJS's documentation has it: one connection for the call, one for data.
import { camera, iceServers, parameters, play, say } from "./setup.js";

const { Peer } = window.peerjs;
const server = new URL(parameters.get("server"));
const options = {
  host: server.hostname,
  port: Number(server.port),
  path: "/",
  secure: server.protocol === "https:",
  config: { iceServers },
};
const listen = (peer) => {
  peer.on("disconnected", () => say("disconnected from the server"));
  peer.on("close", () => say("the peer was closed"));
  peer.on("error", ({ type }) => say(`error: ${type}`));
  return peer;
};
const listenToCall = (call) => {
  call.on("close", () => say("the call was closed"));
  call.on("error", ({ type }) => say(`error of the call: ${type}`));
};
const hostId = `${parameters.get("room")}-host`;

await play({
  host: () =>
    new Promise((resolve) => {
      const peer = listen(new Peer(hostId, options));
      peer.on("open", resolve);
      peer.on("call", (call) => {
        call.on("stream", (stream) => window.gotStream(stream));
        listenToCall(call);
        call.answer(camera);
      });
      peer.on("connection", (data) => data.on("open", () => data.send("x")));
    }),
  guest() {
    const peer = listen(new Peer(options));
    peer.on("open", () => {
      const call = peer.call(hostId, camera);
      call.on("stream", (stream) => window.gotStream(stream));
      listenToCall(call);
      const data = peer.connect(hostId);
      data.on("data", () => window.gotByte());
    });
  },
});
