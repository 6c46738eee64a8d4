// Shared by every contender: camera first (its permission is not what is measured), then a click on Join starts the clock.
// Both stop at the same two things: the first remote frame drawn, the first byte over a data channel.
export const camera = await navigator.mediaDevices.getUserMedia({
  audio: true,
  video: { width: 320, height: 240, frameRate: 30 },
});
// A first frame that has to be waited for would belong to the camera, not to the joining.
const preview = document.createElement("video");
preview.muted = true;
preview.srcObject = camera;
document.body.append(preview);
await preview.play();

/** On one machine nobody needs any; in the lab of networks all have the same. */
export const iceServers = window.benchServers ?? [];
/** Everyone's room in this run, from the query. */
export const parameters = new URLSearchParams(location.search);
const video = document.createElement("video");
video.autoplay = true;
video.muted = true;
document.body.append(video);

/** When each frame of the other side was drawn, milliseconds since 1970. */
window.frames = [];
const note = () => {
  window.frames.push(Date.now());
  video.requestVideoFrameCallback(note);
};
video.requestVideoFrameCallback(note);

/** What the library says when something happens to its connection. */
window.said = [];
export const say = (words) => window.said.push(words);

let clicked;
let frame;
let byte;
window.result = new Promise((resolve) => {
  const done = () =>
    frame !== undefined && byte !== undefined && resolve({ frame: frame - clicked, byte: byte - clicked });
  window.gotByte = () => {
    byte ??= performance.now();
    done();
  };
  window.gotStream = (stream) => {
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    video.requestVideoFrameCallback(() => {
      frame ??= performance.now();
      done();
    });
  };
});

/** `host` waits to be joined; `guest` joins when Join is clicked. */
export async function play({ host, guest }) {
  if (parameters.get("role") === "host") {
    await host();
    document.title = "ready";
    return;
  }
  const button = document.createElement("button");
  button.textContent = "Join";
  button.addEventListener("click", () => {
    clicked = performance.now();
    guest();
  });
  document.body.append(button);
  document.title = "ready";
}
