// The SDK as the server under test serves it.
import { camera, parameters, play } from "./setup.js";

const { joinRoom, prepareRoom } = await import(`${parameters.get("server")}/sdk/parlour.js`);
const link = `${parameters.get("server")}/r/${parameters.get("room")}${parameters.get("key") ?? ""}`;
// Scripts are loaded before the click, for everyone here.
await prepareRoom(link);

async function join() {
  const room = await joinRoom(link, {
    name: parameters.get("role"),
    publish: [{ stream: camera, source: "camera" }],
    remember: "none",
  });
  window.benchRoom = room;
  const bench = room.channel("bench");
  bench.on("message", () => window.gotByte());
  const greet = (peer) => bench.send("x", { to: peer });
  room.on("peer", greet);
  for (const peer of room.peers.values()) greet(peer);
  const show = (media) => window.gotStream(media.stream);
  room.on("media", show);
  for (const peer of room.peers.values()) for (const media of peer.media.values()) show(media);
}

await play({ host: join, guest: join });
