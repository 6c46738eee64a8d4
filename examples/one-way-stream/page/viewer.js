import { takeSignals } from "./signals.js";

const element = (id) => document.getElementById(id);
let connection;
let take;

function watch() {
  connection?.close();
  connection = new RTCPeerConnection({ iceServers: [] });
  // The heart of it: room for a picture and a sound in one direction only. No camera is asked for.
  const video = connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  const stream = new MediaStream();
  element("picture").srcObject = stream;
  connection.addEventListener("track", ({ track }) => stream.addTrack(track));
  connection.addEventListener("connectionstatechange", ({ target }) => {
    if (target !== connection || target.connectionState !== "connected") return;
    element("state").textContent = "You are watching.";
    element("direction").textContent = video.currentDirection;
  });
  take = takeSignals(connection, (signal) => socket.send(JSON.stringify({ signal })));
  // Who wants to see makes the offer: it says how much there is room for.
  take.offer();
}

const heard = {
  live: watch,
  over() {
    connection?.close();
    element("picture").srcObject = null;
    element("state").textContent = "Nobody is on air. This page waits.";
    element("direction").textContent = "nothing yet";
  },
  signal: ({ signal }) => take(signal),
};

const socket = new WebSocket("/socket");
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  heard[message.type](message);
});
socket.addEventListener("close", ({ code }) => {
  if (code === 4002) element("state").textContent = "There is no place left.";
});
