// PeerJS's own server, as its documentation starts it.
import { PeerServer } from "peer";
import { place } from "./listen.mjs";

const { host, port, tls } = place;
PeerServer({ port, host, path: "/", concurrent_limit: 20_000, ...(tls && { ssl: tls }) }, (server) => {
  console.log(`ready at http${tls ? "s" : ""}://${host}:${server.address().port}`);
});
