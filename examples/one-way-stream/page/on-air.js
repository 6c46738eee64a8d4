import { takeSignals } from "./signals.js";

const element = (id) => document.getElementById(id);
/** One connection for each viewer, by id: the same tracks go out on all of them. */
const viewers = new Map();
let socket;
let stream;

function showViewers() {
  const connected = [...viewers.values()].filter(
    ({ connection }) => connection.connectionState === "connected",
  );
  element("viewers").textContent = connected.length;
}

function welcome({ id }) {
  const connection = new RTCPeerConnection({ iceServers: [] });
  const send = (signal) => socket.send(JSON.stringify({ to: id, signal }));
  const take = takeSignals(connection, send, {
    // The viewer's offer has room to receive; what fills it only sends.
    beforeAnswer() {
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
    },
  });
  connection.addEventListener("connectionstatechange", () => {
    element("direction").textContent = connection.getTransceivers()[0]?.currentDirection ?? "nothing yet";
    showViewers();
  });
  viewers.set(id, { connection, take });
}

const heard = {
  viewer: welcome,
  signal: ({ id, signal }) => viewers.get(id)?.take(signal),
  gone({ id }) {
    viewers.get(id)?.connection.close();
    viewers.delete(id);
    showViewers();
  },
};

function show(isLive, text) {
  element("start").disabled = isLive;
  element("stop").disabled = !isLive;
  element("state").textContent = text;
}

function end(text) {
  for (const { connection } of viewers.values()) connection.close();
  viewers.clear();
  for (const track of stream?.getTracks() ?? []) track.stop();
  element("picture").srcObject = null;
  showViewers();
  show(false, text);
}

element("start").addEventListener("click", async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  } catch (problem) {
    show(false, `No camera: ${problem.message}`);
    return;
  }
  element("picture").srcObject = stream;
  socket = new WebSocket("/socket?on-air");
  socket.addEventListener("open", () => show(true, "You are on air."));
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    heard[message.type](message);
  });
  socket.addEventListener("close", ({ code }) =>
    end(code === 4001 ? "Somebody else is on air." : "Off air."),
  );
});
element("stop").addEventListener("click", () => socket.close());
