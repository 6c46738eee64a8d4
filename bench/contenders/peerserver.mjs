// PeerJS's own server, as its documentation starts it.
import { PeerServer } from "peer";

PeerServer({ port: 0, host: "127.0.0.1", path: "/", concurrent_limit: 20_000 }, (server) => {
  console.log(`ready at http://127.0.0.1:${server.address().port}`);
});
