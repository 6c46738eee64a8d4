const element = (id) => document.getElementById(id);
const video = document.querySelector("video");
const mostPictures = 12;
let stream;

const tell = (text) => {
  element("state").textContent = text;
};

/** What can go wrong with a camera, in words. */
const reasons = {
  NotAllowedError: "This page may not use the camera. Allow it in the address bar.",
  NotFoundError: "There is no camera.",
  NotReadableError: "The camera is in use by another program.",
};

async function open(deviceId) {
  // Many cameras can be opened only once: the one before is given back first.
  for (const track of stream?.getTracks() ?? []) track.stop();
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: deviceId === undefined ? true : { deviceId: { exact: deviceId } },
    });
  } catch (problem) {
    element("take").disabled = true;
    tell(reasons[problem.name] ?? `The camera can't be opened: ${problem.message}`);
    return;
  }
  video.srcObject = stream;
  await video.play();
  element("take").disabled = false;
  const { width, height } = stream.getVideoTracks()[0].getSettings();
  tell(`${width} × ${height} pixels.`);
  await list();
}

/** Devices have names only once the person has allowed one of them: until then they could be used to recognise people. */
async function list() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const kinds = { videoinput: "Cameras", audioinput: "Microphones", audiooutput: "Speakers" };
  element("devices").replaceChildren(
    ...Object.entries(kinds).flatMap(([kind, title]) => [
      Object.assign(document.createElement("dt"), { textContent: title }),
      ...devices
        .filter((device) => device.kind === kind)
        .map(({ label }) =>
          Object.assign(document.createElement("dd"), { textContent: label || "without a name yet" }),
        ),
    ]),
  );
  const used = stream?.getVideoTracks()[0]?.getSettings().deviceId;
  element("camera").replaceChildren(
    ...devices
      .filter(({ kind }) => kind === "videoinput")
      .map(({ label, deviceId }) => new Option(label || "Camera", deviceId, false, deviceId === used)),
  );
}

function take() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  canvas.toBlob((blob) => {
    const at = new Date();
    const name = `snapshot ${at.toISOString().slice(0, 19).replaceAll(":", "-")}.png`;
    const picture = Object.assign(new Image(), {
      src: URL.createObjectURL(blob),
      alt: `Picture taken at ${at.toLocaleTimeString()}`,
    });
    const link = Object.assign(document.createElement("a"), {
      href: picture.src,
      download: name,
      textContent: "Save",
    });
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.append(`${at.toLocaleTimeString()} · `, link);
    figure.append(picture, caption);
    element("pictures").prepend(figure);
    // What is shown no more is given back: a picture of a camera takes megabytes.
    const last = element("pictures").children[mostPictures];
    if (last !== undefined) {
      URL.revokeObjectURL(last.querySelector("img").src);
      last.remove();
    }
    tell("Taken. Save it below.");
  }, "image/png");
}

element("take").addEventListener("click", take);
element("camera").addEventListener("change", () => open(element("camera").value));
// Plugged in, pulled out.
navigator.mediaDevices?.addEventListener("devicechange", list);
if (navigator.mediaDevices === undefined) tell("Cameras need https: or localhost.");
else await open();
