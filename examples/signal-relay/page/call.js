import { conversation } from "./conversation.js";
import { overHttp } from "./over-http.js";
import { overSocket } from "./over-socket.js";

const element = (id) => document.getElementById(id);
const isHttp = new URLSearchParams(location.search).get("carrier") === "http";

function step(text) {
  element("log").append(Object.assign(document.createElement("p"), { textContent: text }));
  element("log").scrollTop = element("log").scrollHeight;
}
const tell = (text) => {
  element("state").textContent = text;
};

element("carrier").textContent = isHttp ? "over HTTP" : "over a WebSocket";
element("other").textContent = isHttp ? "The same over a WebSocket" : "The same over HTTP";
element("other").href = isHttp ? "/" : "/?carrier=http";

async function openCamera() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  step("camera and microphone are open");
  element("mine").srcObject = stream;
  return stream;
}

// Host candidates alone: enough on one machine or in one network. Beyond that, name a STUN and a TURN server of yours here.
const connection = new RTCPeerConnection({ iceServers: [] });
connection.addEventListener("track", ({ streams: [stream] }) => {
  element("theirs").srcObject = stream;
});
connection.addEventListener("connectionstatechange", () => {
  step(`connection: ${connection.connectionState}`);
  if (connection.connectionState === "connected") tell("Connected. From here on nothing passes the server.");
});

const { role, other } = await conversation(isHttp ? overHttp : overSocket, {
  onLeft() {
    connection.close();
    element("theirs").srcObject = null;
    tell("The other one left. Load the page again for another call.");
  },
});
element("role").textContent = `, the ${role}`;
tell(role === "caller" ? "Waiting for somebody else…" : "Somebody waits for you…");

connection.addEventListener("icecandidate", ({ candidate }) => {
  if (candidate !== null) other.send("candidate", candidate);
});

const addTracks = (stream) => {
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
};

/** Candidates that come before the description they belong to would be refused: they wait for it. */
async function takeCandidates() {
  for (;;) {
    await connection.addIceCandidate(await other.next("candidate"));
    step("candidate of the other side added");
  }
}

// The same steps in a different order.
if (role === "caller") {
  addTracks(await openCamera());
  await other.next("ready");
  step("the receiver is there");
  await connection.setLocalDescription();
  other.send("offer", connection.localDescription);
  step("offer set and sent");
  await connection.setRemoteDescription(await other.next("answer"));
  step("answer set");
} else {
  other.send("ready");
  // Nobody waits for a camera while the offer is under way, nor the other way round.
  const [stream, offer] = await Promise.all([openCamera(), other.next("offer")]);
  await connection.setRemoteDescription(offer);
  step("offer set");
  addTracks(stream);
  await connection.setLocalDescription();
  other.send("answer", connection.localDescription);
  step("answer set and sent");
}
await takeCandidates();
