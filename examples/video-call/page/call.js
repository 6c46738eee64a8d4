import { joinRoom, makePrivateLink } from "/sdk/parlour.js";
import { nameForNow } from "./names.js";

const element = (id) => document.getElementById(id);

// The root leads to a fresh room. Name and key are made here: the server never sees what follows the #.
if (!location.pathname.startsWith("/r/")) {
  location.replace(makePrivateLink(location.origin));
} else {
  await call();
}

async function call() {
  // Browsers cancel echo and noise by themselves when they are asked for a microphone; no camera is no obstacle.
  const stream = await navigator.mediaDevices
    .getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true }, video: true })
    .catch(() => undefined);
  const room = await joinRoom(location.href, {
    name: nameForNow(),
    publish: stream === undefined ? [] : [{ stream, source: "camera" }],
  });
  const camera = room.publications.get("camera");
  if (stream !== undefined) tile("self", stream, "You").muted = true;

  const tell = () => {
    const others = room.peers.size;
    if (room.state === "recovering") element("status").textContent = "The server is away. The call goes on.";
    else if (others === 0) element("status").textContent = "Nobody else is here. Copy the link and send it.";
    else element("status").textContent = `${others + 1} people in this call.`;
  };
  const show = ({ peer, stream: theirs }) => tile(peer.id, theirs, peer.name);
  for (const peer of room.peers.values()) for (const media of peer.media.values()) show(media);
  room.on("media", show);
  // A page that was closed or is loaded again: its picture goes at once, the person a little later.
  room.on("media-ended", ({ peer }) => document.getElementById(`tile-${peer.id}`)?.remove());
  room.on("state", (state, reason) => {
    if (state === "left" && reason !== undefined)
      element("status").textContent = `${reason.detail} ${reason.hint}`;
    else if (state !== "left") tell();
  });
  room.on("peer", tell);
  room.on("peer-left", (peer) => {
    document.getElementById(`tile-${peer.id}`)?.remove();
    tell();
  });
  tell();

  toggle("mute", "audio", ["Mute", "Unmute"], camera);
  toggle("video", "video", ["Stop video", "Start video"], camera);
  element("copy").addEventListener("click", () => navigator.clipboard.writeText(room.link));
  element("leave").addEventListener("click", async () => {
    await room.leave();
    // The SDK never stops a track that it did not create: that is up to us.
    for (const track of stream?.getTracks() ?? []) track.stop();
    element("people").replaceChildren();
    element("status").textContent = "The call has ended.";
  });
}

/** The picture of one person: made at first, filled again when the stream is another. */
function tile(id, stream, name) {
  let figure = document.getElementById(`tile-${id}`);
  if (figure === null) {
    figure = document.createElement("figure");
    figure.id = `tile-${id}`;
    const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true });
    figure.append(video, Object.assign(document.createElement("figcaption"), { textContent: name }));
    element("people").append(figure);
  }
  const video = figure.querySelector("video");
  if (video.srcObject !== stream) video.srcObject = stream;
  return video;
}

function toggle(id, kind, [on, off], camera) {
  element(id).addEventListener("click", () => {
    if (camera === undefined) return;
    const isOn = camera[kind] === "on";
    if (isOn) camera.mute(kind);
    else camera.unmute(kind);
    element(id).textContent = isOn ? off : on;
  });
}
