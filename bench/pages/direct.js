// The limit: two pages of one browser wired to each other with no server at all.
import { camera, parameters, play } from "./setup.js";

const wire = new BroadcastChannel(parameters.get("room"));

function connection() {
  const made = new RTCPeerConnection();
  for (const track of camera.getTracks()) made.addTrack(track, camera);
  const channel = made.createDataChannel("bench", { negotiated: true, id: 0 });
  channel.onopen = () => channel.send("x");
  channel.onmessage = () => window.gotByte();
  made.ontrack = ({ streams }) => window.gotStream(streams[0]);
  made.onicecandidate = ({ candidate }) => wire.postMessage({ candidate: candidate?.toJSON() });
  return made;
}

// One message at a time, candidates after the description they belong to.
function receive(made) {
  let last = Promise.resolve();
  wire.onmessage = ({ data }) => {
    last = last.then(async () => {
      if (data.description) {
        await made.setRemoteDescription(data.description);
        if (data.description.type === "offer") {
          await made.setLocalDescription();
          wire.postMessage({ description: made.localDescription.toJSON() });
        }
      } else if (data.candidate) {
        await made.addIceCandidate(data.candidate);
      }
    });
  };
}

await play({
  async host() {
    receive(connection());
  },
  async guest() {
    const made = connection();
    receive(made);
    await made.setLocalDescription();
    wire.postMessage({ description: made.localDescription.toJSON() });
  },
});
