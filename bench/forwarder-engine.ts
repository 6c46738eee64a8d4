import { startEngine } from "../packages/forwarder/node/engine.ts";

/* The engine that bench/forwarder.ts measures, in a process of its own: orders come and messages go over the process's channel. */

const [host = "127.0.0.1"] = process.argv.slice(2);
const engine = await startEngine(
  { port: 0, host },
  { send: (_room, peer, payload) => process.send?.({ peer, text: Buffer.from(payload).toString() }) },
);
engine.open("bench");
process.on("message", ({ peer, text }: { peer: string; text?: string }) => {
  if (text === undefined) engine.admit("bench", peer, { addresses: [host] });
  else engine.receive("bench", peer, Buffer.from(text));
});
process.once("disconnect", () => process.exit(0));
process.send?.({ ready: engine.port });
