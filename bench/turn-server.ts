import { createTurnServer } from "../packages/turn/node/index.ts";

/* The server that bench/turn.ts measures, in a process of its own: `turn-server.ts MODE SECRET`. */

const [mode, secret = ""] = process.argv.slice(2);
// Every limit is in force; these are out of the way of what one core can do.
const bytes = { perSecond: 1e9, burst: 1e9 };
const server = createTurnServer({
  secret,
  mode: mode === "open" ? "open" : "closed",
  publicAddress: "127.0.0.9",
  relayPorts: { first: 44_000, last: 44_999 },
  allowPeers: ["127.0.0.0/8"],
  limits: { allocationBytes: bytes, totalBytes: bytes },
});
const { port } = await server.listenUdp({ port: 0, host: "127.0.0.1" });
console.log(`ready at ${port}`);
