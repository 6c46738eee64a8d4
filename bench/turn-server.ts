import { createTurnServer } from "../packages/turn/node/index.ts";

/* The server that bench/turn.ts measures, in a process of its own: `turn-server.ts MODE SECRET FAST-PATH WORKERS`. */

const [mode, secret = "", fastPath, workers] = process.argv.slice(2);
// Every limit is in force; these are out of the way of what one core can do.
const bytes = { perSecond: 1e9, burst: 1e9 };
const server = createTurnServer({
  secret,
  mode: mode === "open" ? "open" : "closed",
  fastPath: fastPath === "off" ? "off" : "auto",
  workers: Number(workers ?? 1),
  publicAddress: "127.0.0.9",
  relayPorts: { first: 44_000, last: 44_999 },
  allowPeers: ["127.0.0.0/8"],
  limits: { allocationBytes: bytes, totalBytes: bytes },
});
const { port } = await server.listenUdp({ port: 0, host: "127.0.0.1" });
console.log(`ready at ${port} ${server.udpPath?.kind}`);
